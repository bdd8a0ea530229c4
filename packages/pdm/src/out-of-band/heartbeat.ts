// Bound now: what an application replaces later, as tests do with the clock, is not meant.
import { clearInterval, setInterval } from "node:timers";
import { readClockMs } from "../clock.js";

/** How the function of the main thread is called that runs at each beat: a stack that has it is none of what blocks. */
export const HEARTBEAT_CALL = "pdmHeartbeat";

/** When it beat last, as {@link readBeatMs} has it, for the thread beside the main one. */
export class Heartbeat {
  readonly memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  #timer: NodeJS.Timeout | undefined;
  #everyMs: number | undefined;

  /** Beats at once, and then every so many milliseconds as long as the event loop turns; it does not keep it turning. */
  start(everyMs: number): void {
    if (this.#everyMs === everyMs) return;
    this.stop();
    this.#everyMs = everyMs;
    const word = new Int32Array(this.memory);
    const pdmHeartbeat = (): void => void Atomics.store(word, 0, readBeatMs());
    pdmHeartbeat();
    this.#timer = setInterval(pdmHeartbeat, everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#everyMs = undefined;
  }
}

/** The clock of both threads in milliseconds, the lowest 32 bits: differences count. */
function readBeatMs(): number {
  return Math.floor(readClockMs()) | 0;
}
