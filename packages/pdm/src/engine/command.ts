import vm from "node:vm";
import type { CommandScript } from "../syntax/command-script.js";
import { CommandSyntaxError } from "../syntax/command-syntax-error.js";
import { mainImporter } from "./main-script.js";
import type { Importer } from "./main-script.js";
import { ignoreRejection } from "./promise.js";
import { callWithinBoundary } from "./stack-boundary.js";

/** See {@link CommandScript}. */
type Wrapper = (
  scope: object,
) => (scope: object, importer: Importer, guard: typeof guardValue, stoppable: Stoppable) => unknown;

/** What a command's `for await` goes through, so that the loop ends when the command is stopped. */
export type Stoppable = (iterable: unknown) => AsyncIterable<unknown>;

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
 * Runs a command, or begins it.
 *
 * @returns by the script's form: the value; a generator that gives what is awaited and returns an array that holds the
 * value; a promise for such an array
 * @throws whatever the command throws
 */
export function runCommand({ wrappers }: Command, scope: object, stoppable: Stoppable): unknown {
  const importer = mainImporter();
  let value: unknown;
  for (const wrapper of wrappers) {
    value = callWithinBoundary(Reflect.apply, wrapper(scope), globalThis, [scope, importer, guardValue, stoppable]);
  }
  return value;
}

/** The steps of a command: what it awaits, and in the end an array that holds its value. */
export type CommandSteps = Generator<unknown, readonly unknown[] | undefined>;

/** What a step goes on with: what was awaited has become that, or was thrown. */
export interface Awaited {
  readonly threw: boolean;
  readonly value: unknown;
}

/** Goes on to the next step. @throws whatever the command throws */
export function resumeCommand(steps: CommandSteps, awaited: Awaited | undefined): ReturnType<CommandSteps["next"]> {
  const resume = awaited?.threw === true ? steps.throw : steps.next;
  return callWithinBoundary(Reflect.apply, resume, steps, [awaited?.value]);
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
