import type { ReplSession } from "../client/repl-session.js";
import type { CommandInput } from "./command-input.js";

/** Puts the questions of one session's code to the user, until somebody has answered them. */
export class QuestionDesk {
  readonly #session: ReplSession;
  readonly #input: () => CommandInput;
  /** By their numbers in the session. */
  readonly #open = new Map<number, AbortController>();
  /** Ends with the question before. */
  #turn: Promise<void> = Promise.resolve();

  constructor(session: ReplSession, input: () => CommandInput) {
    this.#session = session;
    this.#input = input;
  }

  /** Asks, in the order of the questions, and passes the answer on; Ctrl-C instead of one stops what asks. Never rejects. */
  ask(question: number, text: string): Promise<void> {
    const controller = new AbortController();
    this.#open.set(question, controller);
    this.#turn = this.#turn.then(() => this.#put(question, text, controller));
    return this.#turn;
  }

  async #put(question: number, text: string, controller: AbortController): Promise<void> {
    try {
      if (controller.signal.aborted) return;
      const prompt = /\s$/.test(text) ? text : `${text} `;
      const answer = await this.#input().ask({ text: prompt, style: "plain" }, controller.signal);
      if (controller.signal.aborted) return;
      if (answer === undefined) await this.#session.interrupt();
      else await this.#session.answer(question, answer);
    } catch {
      // The connection is gone, which is told of anyway.
    } finally {
      this.#open.delete(question);
    }
  }

  /** It need not be answered any more. */
  drop(question: number): void {
    this.#open.get(question)?.abort();
  }

  /** None can be answered any more. */
  dropAll(): void {
    for (const controller of this.#open.values()) controller.abort();
  }
}
