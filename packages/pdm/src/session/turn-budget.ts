import { readClockMs } from "../clock.js";

/** Time that is not worth an immediate, which would cost as much as a small request: it may be that of several turns. */
const NEGLIGIBLE_MS = 0.1;

/**
 * Shares the event loop between all connections and the service itself: once requests have taken their time in one turn of
 * the loop, further input waits for the next turn, in the order in which it came.
 */
export class TurnBudget {
  readonly #waiting = new Set<() => void>();
  #spentMs = 0;
  #begunAt: number | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #wake: NodeJS.Timeout | undefined;

  /** Whether this turn's time is used up. */
  isSpent(turnMs: number): boolean {
    if (this.#spentMs > turnMs) return true;
    return this.#begunAt !== undefined && readClockMs() - this.#begunAt > turnMs;
  }

  /** From the first call in a turn on, all of the turn's time counts: for work in many small steps between which other work gets in. */
  begin(): void {
    this.#begunAt ??= readClockMs();
    this.#schedule();
  }

  /** Counts the milliseconds since `startedAt` (of `readClockMs()`) to this turn. */
  spend(startedAt: number): void {
    this.#spentMs += readClockMs() - startedAt;
    if (this.#spentMs > NEGLIGIBLE_MS) this.#schedule();
  }

  /** Calls `resume` in a later turn, once, unless it is withdrawn. */
  wait(resume: () => void): void {
    this.#waiting.add(resume);
    this.#schedule();
    // An immediate that is not referenced does not keep the loop from sleeping until something else happens; a timer does.
    this.#wake ??= setTimeout(() => this.#beginTurn(), 1).unref();
  }

  /** Withdraws `resume`. */
  withdraw(resume: () => void): void {
    this.#waiting.delete(resume);
  }

  #schedule(): void {
    this.#immediate ??= setImmediate(() => this.#beginTurn()).unref();
  }

  #beginTurn(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    clearTimeout(this.#wake);
    this.#wake = undefined;
    this.#spentMs = 0;
    this.#begunAt = undefined;
    // Those that find the time used up again come back to the end of the line.
    const resumes = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of resumes) resume();
  }
}

/** The budget of this thread's event loop (for this copy of the package). */
export const TURN_BUDGET: TurnBudget = new TurnBudget();
