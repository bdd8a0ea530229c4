import { REPL_LIMITS } from "../limits.js";

interface Question {
  readonly text: string;
  readonly evaluation: object | undefined;
  readonly resolve: (answer: string) => void;
}

/** What the code of a session has asked, and nobody has answered yet. */
export class Questions {
  readonly #open = new Map<number, Question>();
  readonly #onOver: (question: number) => void;
  #lastNumber = 0;

  /** @param onOver is told when one need not be answered any more */
  constructor(onOver: (question: number) => void) {
    this.#onOver = onOver;
  }

  /** @param evaluation that asks; undefined where none runs */
  ask(text: string, evaluation: object | undefined, tell: (question: number, text: string) => void): Promise<string> {
    if (this.#open.size >= REPL_LIMITS.questions) {
      return Promise.reject(new Error(`${REPL_LIMITS.questions} questions wait for an answer already`));
    }
    const number = (this.#lastNumber += 1);
    const shown = text.slice(0, REPL_LIMITS.questionCharacters);
    const answer = new Promise<string>((resolve) => {
      this.#open.set(number, { text: shown, evaluation, resolve });
    });
    tell(number, shown);
    return answer;
  }

  /** @returns false where there is none of that number any more */
  answer(number: number, text: string): boolean {
    const question = this.#take(number);
    question?.resolve(text);
    return question !== undefined;
  }

  /** All that are open, for a client that comes later. */
  list(): readonly { readonly question: number; readonly text: string }[] {
    return [...this.#open].map(([question, { text }]) => ({ question, text }));
  }

  /**
   * Nobody waits for the answers of that evaluation any more; of any where none is given. Their promises stay as they are: a rejection that a
   * callback does not handle would end the service.
   */
  withdraw(evaluation?: object): void {
    for (const [number, question] of this.#open) {
      if (evaluation === undefined || question.evaluation === evaluation) this.#take(number);
    }
  }

  #take(number: number): Question | undefined {
    const question = this.#open.get(number);
    if (question === undefined) return undefined;
    this.#open.delete(number);
    this.#onOver(number);
    return question;
  }
}
