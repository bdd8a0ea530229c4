import { ReplScope } from "../../src/engine/scope.js";
import { installTools } from "../../src/toolbox/tools.js";

let lastNumber = 10_000;

/** A session with its tools, and what was printed in it. */
export class Bench implements Disposable {
  readonly scope: ReplScope;
  /** What the next question is answered with; none: nobody answers. */
  answer: string | undefined;
  readonly questions: string[] = [];
  #printed = "";
  readonly #cleanUps: (() => void)[] = [];
  #isOver = false;

  constructor() {
    lastNumber += 1;
    this.scope = new ReplScope(lastNumber);
    installTools(this.scope.variables, {
      print: (stream, text) => {
        this.#printed += stream === "stderr" ? `! ${text}` : text;
      },
      ask: (question) => {
        this.questions.push(question);
        return this.answer === undefined ? Promise.reject(new Error("nobody is there")) : Promise.resolve(this.answer);
      },
      onEnd: (cleanUp) => {
        if (this.#isOver) cleanUp();
        else this.#cleanUps.push(cleanUp);
      },
      correct: (text) => this.scope.correct(text),
      caller: { session: 3, role: "operator" },
    });
  }

  /** Runs a command; what it printed, and then its value or what it threw. */
  async run(source: string): Promise<string> {
    const outcome = await this.scope.evaluate(source);
    return this.takePrinted() + (outcome.kind === "done" ? "" : outcome.text);
  }

  /** What was printed since the last time. */
  takePrinted(): string {
    const printed = this.#printed;
    this.#printed = "";
    return printed;
  }

  /** Ends the session. */
  end(): void {
    this.#isOver = true;
    for (const cleanUp of this.#cleanUps.splice(0)) cleanUp();
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
