import { readClockMs } from "../clock.js";

/** Someone who waits for a limited time. */
export interface Expiring {
  /** The time is over; whoever waits is forgotten by then. */
  expire(): void;
}

/**
 * The deadlines of all that waits on one connection, on one timer. Nearly every request is answered long before its time is
 * over, and a timer of its own would cost more than all else that waiting for it needs.
 */
export class Deadlines {
  /** On the clock of `readClockMs()`. */
  readonly #dueMs = new Map<Expiring, number>();
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Infinity;

  /** Calls `waiting.expire()` after `timeoutMs`, once, unless it is deleted. */
  add(waiting: Expiring, timeoutMs: number): void {
    const dueMs = readClockMs() + timeoutMs;
    this.#dueMs.set(waiting, dueMs);
    if (dueMs < this.#timerDueMs) this.#wakeAt(dueMs, timeoutMs);
  }

  /** The timer stays: that it comes once too often costs less than starting it anew for each. */
  delete(waiting: Expiring): void {
    this.#dueMs.delete(waiting);
  }

  /** Nobody waits any more. */
  clear(): void {
    this.#dueMs.clear();
    this.#stop();
  }

  #wakeAt(dueMs: number, delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timerDueMs = dueMs;
    // The connection keeps the process alive, and nothing else should.
    this.#timer = setTimeout(() => this.#expireDue(), delayMs).unref();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueMs = Infinity;
  }

  #expireDue(): void {
    // A timer may come a little early by this clock, and long before where a test has replaced one of the two.
    const nowMs = Math.max(readClockMs(), this.#timerDueMs);
    this.#stop();
    const due: [Expiring, number][] = [];
    let nextMs = Infinity;
    for (const [waiting, dueMs] of this.#dueMs) {
      if (dueMs <= nowMs) due.push([waiting, dueMs]);
      else nextMs = Math.min(nextMs, dueMs);
    }
    if (nextMs < Infinity) this.#wakeAt(nextMs, nextMs - nowMs);
    for (const [waiting] of due.toSorted(([, one], [, other]) => one - other)) {
      // What another's end made settle meanwhile has been deleted.
      if (this.#dueMs.delete(waiting)) waiting.expire();
    }
  }
}
