import { rewriteCommand } from "../syntax/command-script.js";
import { CommandSyntaxError } from "../syntax/command-syntax-error.js";
import { defineBuiltinModules } from "./builtin-names.js";
import { compileCommand, resumeCommand, runCommand } from "./command.js";
import type { Awaited, Command, CommandSteps } from "./command.js";
import { StoppedError } from "./evaluation.js";
import type { EvaluateOptions, EvaluationOutcome } from "./evaluation.js";
import { runGuarded } from "./guard.js";
import type { Guarded } from "./guard.js";
import { createMainRequire } from "./main-script.js";
import { PendingAwait } from "./pending-await.js";
import { ignoreRejection } from "./promise.js";
import { RecentCommands } from "./recent-commands.js";
import { SourcePositions } from "./source-positions.js";
import { formatSyntaxError, formatTraceback } from "./traceback.js";
import { formatValue } from "./value-text.js";
import { Variables } from "./variables.js";
import type { CommandScope } from "./variables.js";

/** One command while it runs. */
interface Evaluation {
  readonly command: Command;
  readonly scope: CommandScope;
  readonly options: EvaluateOptions;
  readonly pending: PendingAwait;
}

/** A step's end: the command's, or what it awaits. */
type StepResult = EvaluationOutcome | { readonly awaited: Promise<unknown> };

/** What stopped a step. */
type Stop = Extract<Guarded<never>, { readonly ended: "interrupt" | "deadline" }>;

/**
 * What one client's commands run in: the daemon's own realm, with variables of the client's own.
 *
 * - `var`, `let`, `const`, `class`, `function` at the top level, and assignments to unknown names, make variables of this client. They
 *   last until the scope is dropped, and may be declared again. Other clients and `globalThis` never see them.
 * - `require` and `import()` start at the daemon's main script.
 * - A command is rewritten before it runs, which shows in the text of its functions (`String(f)`).
 * - One that is typed again soon is not compiled again: places in it have the number of the first time.
 * - Text given to `eval` sees the variables; what it declares lasts for its command, and an unknown name that it assigns to becomes global.
 * - A promise whose `await` was forgotten does not end the daemon when it rejects: the command's value, what is assigned to a variable or
 *   echoed, and what a call in the command itself returned; an array of promises too. Not so in functions and classes that the command
 *   defines, nor in `f().g()`, `[...f()]` and `for (… of f())`, where V8's message about the mistake would lose the name of `f`.
 *
 * What runs can be stopped, by {@link interrupt}, a deadline, or the thread beside the main one (see `guard.ts`): each step between two
 * awaits of the command's own. Out of reach are a loop that is begun by a callback, or by an asynchronous function after its first `await`;
 * and one behind the first `await` of a command that has a `for await` or `await using` at its top level.
 *
 * One command at a time: call `evaluate` again when the outcome of the one before is there.
 */
export class ReplScope {
  readonly variables: Variables = new Variables();
  readonly #number: number;
  readonly #positions = new SourcePositions();
  readonly #recent = new RecentCommands();
  #commands = 0;
  #running: Evaluation | undefined;

  /** @param number unique in the process, from 1: what the thread beside the main one knows it by */
  constructor(number: number) {
    this.#number = number;
    defineBuiltinModules(this.variables);
    this.variables.remember("_", undefined);
    this.variables.remember("_error", undefined);
    this.variables.define("require", createMainRequire());
  }

  /**
   * Runs a command. Never throws or rejects.
   *
   * At once where it can run no code that somebody wrote; else in a turn of the event loop of its own. What parses as one expression is
   * one, so `{ a: 1 }` is an object.
   */
  evaluate(source: string, options: EvaluateOptions = {}): EvaluationOutcome | Promise<EvaluationOutcome> {
    this.#commands += 1;
    const number = this.#commands;
    const file = `<repl:${number}>`;
    let command: Command;
    try {
      command = this.#recent.find(source) ?? this.#compile(source, number, file);
    } catch (error) {
      if (!(error instanceof CommandSyntaxError)) return { kind: "threw", text: formatTraceback(error), error };
      const text = this.correct(formatSyntaxError(error, source, file));
      return { kind: "threw", text, error, cause: "syntax" };
    }
    const evaluation = {
      command,
      scope: this.variables.openScope(command.script),
      options,
      pending: new PendingAwait(),
    };
    if (!command.script.runsCode) return this.#end(evaluation, this.#runAtOnce(evaluation));
    this.#running = evaluation;
    return this.#runGuarded(evaluation).then(
      (outcome) => this.#end(evaluation, outcome),
      (error: unknown) => this.#end(evaluation, this.#describeError(error)),
    );
  }

  /**
   * Stops the command that awaits something.
   *
   * @returns whether there was one
   */
  interrupt(): boolean {
    return this.#running?.pending.stop() ?? false;
  }

  /** A text with the places in it, and the names in V8's messages, as they were typed. */
  correct(text: string): string {
    return this.#positions.correct(text);
  }

  #compile(source: string, number: number, file: string): Command {
    const command = compileCommand(rewriteCommand(source), file);
    this.#positions.add(number, command.script.shifts);
    this.#recent.keep(source, command);
    return command;
  }

  #end({ scope }: Evaluation, outcome: EvaluationOutcome): EvaluationOutcome {
    this.#running = undefined;
    scope.end();
    return outcome;
  }

  #runAtOnce(evaluation: Evaluation): EvaluationOutcome {
    try {
      const value = runCommand(evaluation.command, evaluation.scope.object, evaluation.pending.makeStoppable);
      return this.#describeValue(evaluation, value);
    } catch (error) {
      return this.#describeError(error);
    }
  }

  /** A value is shown, and an error too, within the step: their own code may run for that. */
  async #runGuarded(evaluation: Evaluation): Promise<EvaluationOutcome> {
    const { command, scope, pending } = evaluation;
    const begin = (): unknown => runCommand(command, scope.object, pending.makeStoppable);
    const { form } = command.script;
    if (form === "synchronous") {
      return this.#finish(evaluation, await this.#guard(evaluation, () => this.#describeValue(evaluation, begin())));
    }
    if (form === "promise") {
      return this.#runSteps(evaluation, function* takePromise() {
        return (yield begin()) as readonly unknown[] | undefined;
      });
    }
    return this.#runSteps(evaluation, begin as () => CommandSteps);
  }

  async #runSteps(evaluation: Evaluation, begin: () => CommandSteps): Promise<EvaluationOutcome> {
    let steps: CommandSteps | undefined;
    let awaited: Awaited | undefined;
    for (;;) {
      const takeStep = (): StepResult => {
        steps ??= begin();
        const { done, value } = resumeCommand(steps, awaited);
        // Looking for a `then` runs code too.
        return done === true ? this.#describeValue(evaluation, value?.[0]) : { awaited: Promise.resolve(value) };
      };
      const guarded = await this.#guard(evaluation, takeStep);
      if (!("awaited" in guarded)) return this.#finish(evaluation, guarded);
      const result = await evaluation.pending.wait(guarded.awaited);
      if (result === "stopped") return this.#finish(evaluation, { ended: "interrupt" });
      awaited = result;
    }
  }

  /** What it throws is described within the guard, since its own code may run for that. */
  async #guard<T>({ options, pending }: Evaluation, call: () => T): Promise<T | EvaluationOutcome | Stop> {
    const { deadlineMs = Infinity, interruptible = false, client = 0, evaluation = 0 } = options;
    if (pending.isStopped) return { ended: "interrupt" };
    const describe = (): T | EvaluationOutcome | Stop => {
      // It may have been stopped before its turn came.
      if (pending.isStopped) return { ended: "interrupt" };
      try {
        return call();
      } catch (error) {
        return this.#describeError(error);
      }
    };
    const workspace = this.#number;
    const guarded = await runGuarded(describe, { deadlineMs, interruptible, workspace, client, evaluation });
    if (guarded.ended === "returned") return guarded.value;
    return guarded.ended === "threw" ? this.#describeError(guarded.error) : guarded;
  }

  #finish({ options, pending }: Evaluation, result: EvaluationOutcome | Stop): EvaluationOutcome {
    if (!("ended" in result)) return result;
    pending.stop();
    const error = new StoppedError(result.ended, options.deadlineMs ?? 0);
    return { kind: "threw", text: `Uncaught ${error.name}: ${error.message}`, error, cause: result.ended };
  }

  #describeValue({ command, options }: Evaluation, value: unknown): EvaluationOutcome {
    const { shows } = command.script;
    const isShown =
      shows === "expression" || (shows === "lastStatement" && options.showsLast === true && value !== undefined);
    if (!isShown) return { kind: "done" };
    ignoreRejection(value);
    try {
      const { text, isCut } = formatValue(value, options.print);
      const shown = { kind: "value", text: this.correct(text), value, isCut } as const;
      return options.encode === undefined ? shown : { ...shown, encoded: options.encode(value) };
    } catch (error) {
      return this.#describeError(error);
    }
  }

  #describeError(error: unknown): EvaluationOutcome {
    ignoreRejection(error);
    return { kind: "threw", text: this.correct(formatTraceback(error)), error };
  }
}
