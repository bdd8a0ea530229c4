// The loop of every client: one with callbacks, for those that must cost next to nothing, and one with promises.

/**
 * What a client did in one sample.
 *
 * @typedef {object} Work
 * @property {number} operations
 * @property {number} elapsedMs
 */

/**
 * Does one thing after the other until the time is up; the last one is finished.
 *
 * @param {number} durationMs
 * @param {number} operations that each `begin` is
 * @param {(done: () => void) => void} begin must not call `done` before it returns
 * @returns {Promise<Work>}
 */
export function repeat(durationMs, operations, begin) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let finished = 0;
    const next = () => {
      finished += operations;
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs < durationMs) begin(next);
      else resolve({ operations: finished, elapsedMs });
    };
    begin(next);
  });
}

/**
 * The same with promises.
 *
 * @param {number} durationMs
 * @param {number} operations that each `operate` is
 * @param {() => Promise<unknown>} operate
 * @returns {Promise<Work>}
 */
export async function repeatPromise(durationMs, operations, operate) {
  const startedAt = performance.now();
  for (let finished = operations; ; finished += operations) {
    await operate();
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs >= durationMs) return { operations: finished, elapsedMs };
  }
}
