import { readClockMs } from "../clock.js";

/** Two of a kind: what was gathered in the period that runs, and in the whole one before it. */
export class Generations<T> {
  readonly #create: () => T;
  readonly #periodMs: number;
  #current: T;
  #previous: T;
  /** When the current period began, on the clock of `readClockMs()`. */
  #beganMs: number;

  constructor(periodMs: number, create: () => T) {
    this.#create = create;
    this.#periodMs = periodMs;
    this.#current = create();
    this.#previous = create();
    this.#beganMs = readClockMs();
  }

  /** What gathers now. */
  current(nowMs: number): T {
    if (nowMs - this.#beganMs >= this.#periodMs) this.#turn(nowMs);
    return this.#current;
  }

  /** The current one and the one before. */
  both(nowMs: number): readonly [T, T] {
    return [this.current(nowMs), this.#previous];
  }

  #turn(nowMs: number): void {
    const periods = Math.floor((nowMs - this.#beganMs) / this.#periodMs);
    this.#previous = periods === 1 ? this.#current : this.#create();
    this.#current = this.#create();
    this.#beganMs += periods * this.#periodMs;
  }
}
