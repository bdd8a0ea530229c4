import { CommandSyntaxError } from "../syntax/command-syntax-error.js";
import { loadedGrammar, loadGrammar } from "../syntax/parser.js";
import type { Grammar, ParserError } from "../syntax/parser.js";
import { compileCommand, runCommand } from "./command.js";
import type { Command } from "./command.js";
import { createMainRequire } from "./main-script.js";
import { ignoreRejection } from "./promise.js";
import { SourcePositions } from "./source-positions.js";
import { formatSyntaxError, formatTraceback } from "./traceback.js";
import { formatValue } from "./value-text.js";
import { Variables } from "./variables.js";
import type { CommandScope } from "./variables.js";

/** Where a client's commands print. */
export interface EvaluationOutput {
  /** Takes text with or without line feeds, also when no command runs (from a timer that one set). Must not throw. */
  write(text: string): void;
}

export interface EvaluationOutcome {
  /** The command failed, and what was written last is the traceback. */
  readonly threw: boolean;
  /** The traceback, where it failed. */
  readonly traceback?: string;
}

/**
 * What one client's commands run in: the daemon's own realm, with variables of the client's own.
 *
 * - `var`, `let`, `const`, `class`, `function` at the top level, and assignments to unknown names, make variables of this client. They
 *   last until the scope is dropped, and may be declared again. Other clients and `globalThis` never see them.
 * - `echo(…)` prints values; `require` and `import()` start at the daemon's main script.
 * - A command is rewritten before it runs, which shows in the text of its functions (`String(f)`).
 * - Text given to `eval` sees the variables; what it declares lasts for its command, and an unknown name that it assigns to becomes global.
 * - A promise whose `await` was forgotten does not end the daemon when it rejects: the command's value, what is assigned to a variable or
 *   echoed, and what a call in the command itself returned; an array of promises too. Not so in functions and classes that the command
 *   defines, nor in `f().g()`, `[...f()]` and `for (… of f())`, where V8's message about the mistake would lose the name of `f`.
 *
 * One command at a time: call `evaluate` again when the outcome of the one before is there.
 */
export class ReplScope {
  readonly #output: EvaluationOutput;
  readonly #variables = new Variables();
  readonly #positions = new SourcePositions();
  #commands = 0;

  constructor({ output }: { output: EvaluationOutput }) {
    this.#output = output;
    const echo = (...values: unknown[]): void => {
      for (const value of values) {
        ignoreRejection(value);
        this.#print(formatValue(value).text);
      }
    };
    this.#variables.define("echo", echo);
    this.#variables.define("require", createMainRequire());
  }

  /**
   * Runs a command, having written the value of an expression or the traceback. Never throws or rejects.
   *
   * Synchronous, unless the command has an `await` at its top level or the parser is not loaded yet. Whether it parses as one expression
   * decides whether a value is shown, so `{ a: 1 }` is an object.
   */
  evaluate(source: string): EvaluationOutcome | Promise<EvaluationOutcome> {
    this.#commands += 1;
    const number = this.#commands;
    const grammar = loadedGrammar();
    if (grammar) return this.#run(grammar, source, number);
    return loadGrammar().then(
      (loaded) => this.#run(loaded, source, number),
      ({ name, code, message }: ParserError) => this.#fail(`Uncaught ${name} [${code}]: ${message}`),
    );
  }

  #run({ rewriteCommand }: Grammar, source: string, number: number): EvaluationOutcome | Promise<EvaluationOutcome> {
    const file = `<repl:${number}>`;
    let command: Command;
    try {
      command = compileCommand(rewriteCommand(source), file);
    } catch (error) {
      return this.#fail(
        error instanceof CommandSyntaxError ? formatSyntaxError(error, source, file) : formatTraceback(error),
      );
    }
    this.#positions.add(number, command.script.shifts);
    const scope = this.#variables.openScope(command.script);
    return command.script.isAsync ? this.#finishLater(command, scope) : this.#finish(command, scope);
  }

  #finish(command: Command, scope: CommandScope): EvaluationOutcome {
    try {
      const value = runCommand(command, scope.object);
      return this.#succeed(command, value);
    } catch (error) {
      return this.#fail(formatTraceback(error));
    } finally {
      scope.end();
    }
  }

  async #finishLater(command: Command, scope: CommandScope): Promise<EvaluationOutcome> {
    try {
      const holder = await (runCommand(command, scope.object) as Promise<readonly unknown[] | undefined>);
      return this.#succeed(command, holder?.[0]);
    } catch (error) {
      return this.#fail(formatTraceback(error));
    } finally {
      scope.end();
    }
  }

  #succeed({ script }: Command, value: unknown): EvaluationOutcome {
    if (script.showsValue) {
      ignoreRejection(value);
      this.#print(formatValue(value).text);
    }
    return { threw: false };
  }

  #fail(traceback: string): EvaluationOutcome {
    this.#print(traceback);
    return { threw: true, traceback };
  }

  #print(text: string): void {
    this.#output.write(`${this.#positions.correct(text)}\n`);
  }
}
