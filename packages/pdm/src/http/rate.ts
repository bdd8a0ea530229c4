import { readClockMs } from "../clock.js";

/** Counts what happens second by second, and says how often it happened of late. */
export class Rate {
  /** A ring of seconds. */
  readonly #counts: Uint32Array;
  readonly #beganMs: number = readClockMs();
  #second: number;

  /** @param seconds how far back it can look */
  constructor(seconds: number) {
    this.#counts = new Uint32Array(seconds);
    this.#second = Math.floor(this.#beganMs / 1_000);
  }

  mark(nowMs: number): void {
    this.#advance(nowMs);
    const index = this.#second % this.#counts.length;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** A second, on average of the last `seconds`, or of the time since the first count where that is shorter. */
  perSecond(seconds: number, nowMs: number): number {
    this.#advance(nowMs);
    const length = this.#counts.length;
    let sum = 0;
    for (let back = 0; back < seconds; back++) sum += this.#counts[(this.#second - back + length) % length] ?? 0;
    // The second that runs has not run to its end.
    const covered = seconds - 1 + (nowMs / 1_000 - this.#second);
    return sum / Math.max(1, Math.min(covered, (nowMs - this.#beganMs) / 1_000));
  }

  /** Empties the seconds that have come since the last call. */
  #advance(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    const length = this.#counts.length;
    if (second - this.#second >= length) this.#counts.fill(0);
    else for (let next = this.#second + 1; next <= second; next++) this.#counts[next % length] = 0;
    this.#second = second;
  }
}
