import { ReplScope } from "../../src/engine/scope.js";
import type { EvaluationOutcome } from "../../src/engine/scope.js";
import { loadParser } from "../../src/syntax/parser.js";

/** One client of the REPL, with what its commands printed. */
export class Client {
  #printed = "";
  readonly #scope = new ReplScope({
    output: {
      write: (text) => {
        this.#printed += text;
      },
    },
  });

  evaluate(source: string): EvaluationOutcome | Promise<EvaluationOutcome> {
    return this.#scope.evaluate(source);
  }

  /** What was printed since the last call. */
  takePrinted(): string {
    const printed = this.#printed;
    this.#printed = "";
    return printed;
  }

  /** Runs commands one after the other; what the last one printed, without the line feed at its end. */
  async run(...commands: string[]): Promise<string> {
    await loadParser();
    for (const command of commands) {
      this.takePrinted();
      await this.evaluate(command);
    }
    return this.takePrinted().replace(/\n$/, "");
  }
}

/** What the last of some commands of a new client printed. */
export async function run(...commands: string[]): Promise<string> {
  return new Client().run(...commands);
}
