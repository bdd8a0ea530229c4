import vm from "node:vm";
import type { CommandScript } from "../syntax/command-script.js";
import { CommandSyntaxError } from "../syntax/command-syntax-error.js";
import { mainImporter } from "./main-script.js";
import type { Importer } from "./main-script.js";
import { ignoreRejection } from "./promise.js";
import { callWithinBoundary } from "./stack-boundary.js";

/** See {@link CommandScript}. */
type Wrapper = (scope: object) => (scope: object, importer: Importer, guard: typeof guardValue) => unknown;

/** A command ready to run. */
export interface Command {
  readonly script: CommandScript;
  /** To be run in this order. */
  readonly wrappers: readonly Wrapper[];
}

/**
 * Compiles a command for the daemon's own realm.
 *
 * @param file the name that stacks give to its source
 * @throws CommandSyntaxError for what only V8 objects to.
 */
export function compileCommand(script: CommandScript, file: string): Command {
  const wrappers = [script.functions, script.main].flatMap((part) => (part ? [compile(script, part, file)] : []));
  return { script, wrappers };
}

/**
 * Runs a command and returns the value of an expression; with `isAsync`, a promise for an array that holds it.
 *
 * @throws whatever the command throws.
 */
export function runCommand({ wrappers }: Command, scope: object): unknown {
  const importer = mainImporter();
  let value: unknown;
  for (const wrapper of wrappers) value = callWithinBoundary(wrapper(scope), scope, importer, guardValue);
  return value;
}

/** A promise whose `await` was forgotten must not end the daemon. */
function guardValue(value: unknown): unknown {
  ignoreRejection(value);
  return value;
}

/** With `compileFunction`, since V8 would keep a `vm.Script` in its cache for as long as the process lives. */
function compile({ scopeName }: CommandScript, text: string, file: string): Wrapper {
  try {
    return vm.compileFunction(text, [scopeName], {
      filename: file,
      // The wrapping's line does not count.
      lineOffset: -1,
      // For `import()` in text given to `eval`.
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as Wrapper;
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandSyntaxError(error.message, lineOf(error));
    throw error;
  }
}

/** V8 puts `FILE:LINE` before the message of an error in a script that it cannot compile. */
function lineOf({ stack }: SyntaxError): number {
  return Number(/^<repl:\d+>:(\d+)$/m.exec(stack ?? "")?.[1] ?? 1);
}
