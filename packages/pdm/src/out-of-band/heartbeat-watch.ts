/** What one look at the heartbeat says. */
export interface HeartbeatLook {
  /** Milliseconds for which the event loop has not turned, at the least; 0 where it has since the last look. */
  readonly blockedMs: number;
  /** The same of the time before, where it has turned since the last look. */
  readonly turnedAfterMs: number | undefined;
}

/** A look may be late by this share, as timers are; what goes beyond is not counted. */
const LATENESS = 1.25;

/**
 * Says for how long the main thread's heart has not beaten, in the thread beside it.
 *
 * Time in which this thread did not run either is not counted: the process was stopped (SIGSTOP, a machine that slept), or had to wait for a
 * processor.
 */
export class HeartbeatWatch {
  readonly #word: Int32Array;
  readonly #everyMs: number;
  #beat: number;
  #lookedAtMs: number;
  #countedMs = 0;
  #uncountedMs = 0;

  /** @param everyMs between two beats, and between two looks @param nowMs of {@link Heartbeat}'s clock */
  constructor(memory: SharedArrayBuffer, everyMs: number, nowMs: number) {
    this.#word = new Int32Array(memory);
    this.#everyMs = everyMs;
    this.#beat = Atomics.load(this.#word, 0);
    this.#lookedAtMs = nowMs;
  }

  /** The last beat that was seen. */
  get beat(): number {
    return this.#beat;
  }

  /** Whether the heart has not beaten since the last look. */
  get isStill(): boolean {
    return Atomics.load(this.#word, 0) === this.#beat;
  }

  /** Called `everyMs` after the last time, as far as this thread runs. */
  look(nowMs: number): HeartbeatLook {
    const everyMs = this.#everyMs;
    const sinceMs = nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    const beat = Atomics.load(this.#word, 0);
    if (beat !== this.#beat) {
      const gapMs = (beat - this.#beat) | 0;
      const turnedAfterMs = Math.max(0, gapMs - everyMs - this.#uncountedMs);
      this.#beat = beat;
      this.#countedMs = Math.min(everyMs, Math.max(0, (Math.floor(nowMs) - beat) | 0));
      this.#uncountedMs = 0;
      return { blockedMs: 0, turnedAfterMs };
    }
    const counted = Math.min(sinceMs, everyMs * LATENESS);
    this.#countedMs += counted;
    this.#uncountedMs += sinceMs - counted;
    // It may have turned until just before the next beat was due.
    return { blockedMs: Math.max(0, this.#countedMs - everyMs), turnedAfterMs: undefined };
  }
}
