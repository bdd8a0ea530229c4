import { readClockMs } from "./clock.js";

/**
 * The time that work on this thread takes: by the clock or by the process's processor time, whichever is less. So neither
 * a process that is suspended or throttled nor one with busy threads makes the work look slow.
 */
export class Stopwatch {
  readonly #startMs = readClockMs();
  readonly #startCpu = process.cpuUsage();

  hasPassed(milliseconds: number): boolean {
    // The clock first: it is much cheaper to look at.
    if (readClockMs() - this.#startMs <= milliseconds) return false;
    const { user, system } = process.cpuUsage(this.#startCpu);
    return (user + system) / 1000 > milliseconds;
  }
}
