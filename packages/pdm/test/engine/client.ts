import { ReplScope } from "../../src/engine/scope.js";
import { formatValue } from "../../src/engine/value-text.js";
import type { EvaluateOptions, EvaluationOutcome } from "../../src/engine/evaluation.js";

let lastNumber = 0;

/** One client of the engine, with what its commands printed. */
export class Client {
  readonly scope: ReplScope;
  #printed = "";

  constructor() {
    lastNumber += 1;
    this.scope = new ReplScope(lastNumber);
    this.scope.variables.define("echo", (...values: unknown[]) => {
      for (const value of values) this.#print(this.scope.correct(formatValue(value).text));
    });
  }

  async evaluate(source: string, options: EvaluateOptions = {}): Promise<EvaluationOutcome> {
    const outcome = await this.scope.evaluate(source, options);
    if (outcome.kind !== "done") this.#print(outcome.text);
    return outcome;
  }

  /** What was printed since the last call. */
  takePrinted(): string {
    const printed = this.#printed;
    this.#printed = "";
    return printed;
  }

  /** Runs commands one after the other; what the last one printed, without the line feed at its end. */
  async run(...commands: string[]): Promise<string> {
    for (const command of commands) {
      this.takePrinted();
      await this.evaluate(command);
    }
    return this.takePrinted().replace(/\n$/, "");
  }

  #print(text: string): void {
    this.#printed += `${text}\n`;
  }
}

/** What the last of some commands of a new client printed. */
export async function run(...commands: string[]): Promise<string> {
  return new Client().run(...commands);
}
