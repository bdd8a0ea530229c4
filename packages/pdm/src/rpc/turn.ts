import { readClockMs } from "../clock.js";

/** Long work in pieces: tells when a piece has taken its time, and waits for the next turn of the event loop. */
export class Turn {
  readonly #turnMs: number;
  #startedMs = readClockMs();

  constructor(turnMs: number) {
    this.#turnMs = turnMs;
  }

  /** Whether the work has to let others go on. */
  get isSpent(): boolean {
    return readClockMs() - this.#startedMs > this.#turnMs;
  }

  /** Resolves in a later turn, and begins a new piece. Keeps nothing alive. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      // An immediate alone would not wake a sleeping loop, since it is not referenced.
      const wake = setTimeout(go, 1).unref();
      const immediate = setImmediate(go).unref();
      function go(): void {
        clearTimeout(wake);
        clearImmediate(immediate);
        resolve();
      }
    });
    this.#startedMs = readClockMs();
  }
}
