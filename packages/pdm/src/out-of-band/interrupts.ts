import { COMMITTED, GUARD_WORD } from "../guard-memory.js";
import { OUT_OF_BAND_LIMITS } from "../limits.js";
import type { Answer, InterruptTarget, Wish } from "./messages.js";

/** One that asked, and has no answer yet. */
interface Waiting {
  readonly target: InterruptTarget;
  readonly claim: Int32Array;
  readonly resolve: (ended: boolean) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Stops what a session runs, in the thread beside the main one: a step by a signal, a wait by asking the main thread. A step may begin after the
 * main thread was asked and before it listens, so both are tried until one has succeeded or the main thread has answered.
 */
export class Interrupts {
  readonly #words: Int32Array;
  readonly #ask: (wish: Wish) => void;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #retries: NodeJS.Timeout | undefined;

  /** @param ask posts to the main thread, whose answer {@link hear} gets */
  constructor(memory: SharedArrayBuffer, ask: (wish: Wish) => void) {
    this.#words = new Int32Array(memory);
    this.#ask = ask;
  }

  /**
   * @returns whether something was stopped. False, too, where the main thread was busy with other things for `answerMs`; what the session awaits then ends
   * when the main thread comes to it
   */
  interrupt(target: InterruptTarget): Promise<boolean> {
    const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const claim = new Int32Array(memory);
    if (this.#stopStep(target, claim)) return Promise.resolve(true);
    if (this.#waiting.size >= OUT_OF_BAND_LIMITS.waiting) return Promise.resolve(false);
    this.#last += 1;
    const wish = this.#last;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(wish, false), OUT_OF_BAND_LIMITS.answerMs);
      this.#waiting.set(wish, { target, claim, resolve, timer });
      this.#ask({ kind: "wish", wish, target, claim: memory });
      this.#retries ??= setInterval(() => this.#retry(), OUT_OF_BAND_LIMITS.retryMs);
    });
  }

  hear({ wish, ended }: Answer): void {
    this.#settle(wish, ended);
  }

  #retry(): void {
    for (const [wish, { target, claim }] of this.#waiting) {
      if (this.#stopStep(target, claim)) this.#settle(wish, true);
    }
  }

  #settle(wish: number, ended: boolean): void {
    const waiting = this.#waiting.get(wish);
    if (waiting === undefined) return;
    this.#waiting.delete(wish);
    clearTimeout(waiting.timer);
    if (this.#waiting.size === 0) {
      clearInterval(this.#retries);
      this.#retries = undefined;
    }
    waiting.resolve(ended);
  }

  /**
   * Stops the step that runs, if it is meant. The signal is sent only once the step is committed to it: from then on the step awaits it
   * (see `engine/guard.ts`), so that it reaches nobody else.
   */
  #stopStep({ workspace, client, evaluation }: InterruptTarget, claim: Int32Array): boolean {
    const words = this.#words;
    const step = Atomics.load(words, GUARD_WORD.step);
    if (step <= 0 || Atomics.load(words, GUARD_WORD.workspace) !== workspace) return false;
    if (evaluation !== undefined) {
      // Other clients of the session may have the same numbers.
      if (Atomics.load(words, GUARD_WORD.client) !== client) return false;
      if (Atomics.load(words, GUARD_WORD.evaluation) !== evaluation) return false;
    }
    if (Atomics.compareExchange(claim, 0, 0, 1) !== 0) return false;
    if (Atomics.compareExchange(words, GUARD_WORD.step, step, COMMITTED) === step) {
      try {
        process.kill(process.pid, "SIGINT");
        return true;
      } catch {
        Atomics.compareExchange(words, GUARD_WORD.step, COMMITTED, step);
      }
    }
    Atomics.store(claim, 0, 0);
    return false;
  }
}
