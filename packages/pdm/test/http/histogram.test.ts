import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Histogram, summarizeDurations } from "../../src/http/histogram.js";

/** The exact answer: the value at this rank. */
function findExactly(sorted: readonly number[], part: number): number {
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
}

test("percentiles are off by at most one part in 64 and a microsecond; count, mean and extremes are exact to the microsecond", () => {
  const durations = fc.array(fc.double({ min: 0, max: 2_000_000, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(durations, fc.nat(), (values, split) => {
      const [one, other] = [new Histogram(), new Histogram()];
      for (const [index, value] of values.entries()) (index % 2 === split % 2 ? one : other).record(value);
      const summary = summarizeDurations(one, other);
      const sorted = values.toSorted((a, b) => a - b);
      assert.equal(summary.count, values.length);
      for (const [said, exact] of [
        [summary.min, sorted[0]],
        [summary.max, sorted.at(-1)],
      ]) {
        assert.ok(Math.abs((said ?? Number.NaN) - (exact ?? Number.NaN)) <= 0.000_51);
      }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.ok(Math.abs((summary.mean ?? Number.NaN) - mean) <= mean * 1e-9 + 0.0005);
      for (const [part, said] of [
        [0.5, summary.p50],
        [0.9, summary.p90],
        [0.95, summary.p95],
        [0.99, summary.p99],
        [0.999, summary.p999],
      ] as const) {
        const exact = findExactly(sorted, part);
        assert.ok(Math.abs((said ?? Number.NaN) - exact) <= exact / 64 + 0.001, `${part}: ${said} instead of ${exact}`);
      }
    }),
  );
});

test("a duration beyond the counters' reach shows in the extremes, and does not fail", () => {
  const histogram = new Histogram();
  for (const value of [1, 1e9, -1]) histogram.record(value);
  const { count, max, p99 } = summarizeDurations(histogram);
  assert.deepEqual([count, max], [3, 1e9]);
  assert.ok(Number(p99) > 2_000_000);
});
