import { readClockMs } from "../clock.js";

/** What reading an attribute has cost, as its description tells clients. */
export interface ReadCost {
  /** Evaluations so far; readers that shared one count once. */
  readonly reads: number;
  /** Milliseconds that one took on average, a pending one until its value came. */
  readonly meanMs: number;
  readonly lastMs: number;
}

/** What is known of the reading of one object: how long it takes, and the evaluation that is pending. */
export class Readings {
  #reads = 0;
  #totalMs = 0;
  #lastMs = 0;
  #pending: Promise<unknown> | undefined;
  #pendingSince = 0;

  /** The evaluation that is pending, for others who read meanwhile; none that is older than `maxAgeMs`, since it may never end. */
  findPending(maxAgeMs: number): Promise<unknown> | undefined {
    if (this.#pending === undefined) return undefined;
    return readClockMs() - this.#pendingSince <= maxAgeMs ? this.#pending : undefined;
  }

  /** Notes an evaluation that is pending since `startedAt`. */
  share(pending: Promise<unknown>, startedAt: number): void {
    this.#pending = pending;
    this.#pendingSince = startedAt;
    const end = (): void => {
      this.add(readClockMs() - startedAt);
      if (this.#pending === pending) this.#pending = undefined;
    };
    void pending.then(end, end);
  }

  /** Notes an evaluation that took so many milliseconds. */
  add(milliseconds: number): void {
    this.#reads += 1;
    this.#totalMs += milliseconds;
    this.#lastMs = milliseconds;
  }

  get cost(): ReadCost | undefined {
    if (this.#reads === 0) return undefined;
    return { reads: this.#reads, meanMs: this.#totalMs / this.#reads, lastMs: this.#lastMs };
  }
}

const readings = new WeakMap<object, Readings>();

/** Those of `object`, which begin when it is first read. */
export function openReadings(object: object): Readings {
  let known = readings.get(object);
  if (known === undefined) readings.set(object, (known = new Readings()));
  return known;
}

/** What reading `object` has cost; undefined where nobody has read it. */
export function readCost(object: object): ReadCost | undefined {
  return readings.get(object)?.cost;
}
