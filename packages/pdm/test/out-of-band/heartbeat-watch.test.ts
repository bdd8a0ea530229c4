import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeartbeatWatch } from "../../src/out-of-band/heartbeat-watch.js";

const EVERY_MS = 100;

/** Two threads in a time of its own: beats of the one, looks of the other. */
class Threads {
  readonly #memory = new SharedArrayBuffer(4);
  readonly #watch: HeartbeatWatch;
  #nowMs: number;

  constructor(startMs: number = 1_000) {
    this.#nowMs = startMs;
    this.beat();
    this.#watch = new HeartbeatWatch(this.#memory, EVERY_MS, startMs);
  }

  beat(): void {
    Atomics.store(new Int32Array(this.#memory), 0, Math.floor(this.#nowMs) | 0);
  }

  /** Neither runs for so long. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }

  look(): readonly [blockedMs: number, turnedAfterMs: number | undefined] {
    const { blockedMs, turnedAfterMs } = this.#watch.look(this.#nowMs);
    return [blockedMs, turnedAfterMs];
  }
}

describe("a watch of the heartbeat", () => {
  it("counts the time for which the loop has certainly not turned, from the beat that was due", () => {
    const threads = new Threads();
    const seen = Array.from({ length: 5 }, () => {
      threads.pass(EVERY_MS);
      return threads.look()[0];
    });
    assert.deepEqual(seen, [0, 100, 200, 300, 400]);
    threads.pass(50);
    threads.beat();
    threads.pass(50);
    assert.deepEqual(threads.look(), [0, 450]);
  });

  it("counts nothing while the heart beats", () => {
    const threads = new Threads();
    for (let times = 0; times < 100; times += 1) {
      threads.pass(EVERY_MS);
      threads.beat();
      assert.deepEqual(threads.look(), [0, 0]);
    }
  });

  it("counts one look of the time in which it did not run either: stopped, asleep, or starved", () => {
    const threads = new Threads();
    threads.pass(3_600_000);
    assert.deepEqual(threads.look(), [25, undefined]);
    threads.beat();
    threads.pass(EVERY_MS);
    const [blockedMs, turnedAfterMs = Infinity] = threads.look();
    assert.equal(blockedMs, 0);
    assert.ok(turnedAfterMs <= EVERY_MS, String(turnedAfterMs));
    // Each gets its turn once in a second.
    for (let times = 0; times < 5; times += 1) {
      threads.pass(1_000);
      assert.ok(threads.look()[0] <= EVERY_MS * 2);
      threads.beat();
    }
  });

  it("goes on where the clock's lowest 32 bits begin anew", () => {
    const threads = new Threads(2 ** 32 - 150);
    threads.pass(EVERY_MS);
    threads.beat();
    threads.look();
    for (let times = 0; times < 5; times += 1) {
      threads.pass(EVERY_MS);
      threads.look();
    }
    threads.beat();
    threads.pass(EVERY_MS);
    assert.deepEqual(threads.look(), [0, 400]);
  });
});
