import { roundToThousandths } from "./rounding.js";

/** Counts a power of two; a duration is known to one part in 64. */
const STEPS = 32;
const STEP_BITS = 5;

/** What the counters reach to, in microseconds: 36 minutes. What takes longer counts as that, except in `max` and `mean`. */
const MAX_MICROSECONDS = 2 ** 31 - 1;

const BUCKETS = (31 - STEP_BITS) * STEPS + STEPS;

/** What {@link summarizeDurations} says, in milliseconds; all but `count` are null where nothing was recorded. */
export interface DurationSummary {
  readonly count: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

/**
 * Counts durations in buckets whose width grows with them, so that any number of them takes 7 KB.
 *
 * The layout is that of HdrHistogram: linear steps within each power of two.
 */
export class Histogram {
  readonly counts: Float64Array = new Float64Array(BUCKETS);
  count: number = 0;
  sumMs: number = 0;
  minMs: number = Infinity;
  maxMs: number = 0;

  record(durationMs: number): void {
    const index = findBucket(durationMs);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.count += 1;
    this.sumMs += durationMs;
    if (durationMs < this.minMs) this.minMs = durationMs;
    if (durationMs > this.maxMs) this.maxMs = durationMs;
  }
}

/**
 * Count, mean, extremes and percentiles of all that the histograms recorded, to the microsecond; percentiles are off by at most
 * one part in 64.
 */
export function summarizeDurations(...histograms: readonly Histogram[]): DurationSummary {
  const all = new Histogram();
  for (const { counts, count, sumMs, minMs, maxMs } of histograms) {
    for (const [index, value] of counts.entries()) all.counts[index] = (all.counts[index] ?? 0) + value;
    all.count += count;
    all.sumMs += sumMs;
    all.minMs = Math.min(all.minMs, minMs);
    all.maxMs = Math.max(all.maxMs, maxMs);
  }
  const show = (durationMs: number): number | null => (all.count === 0 ? null : roundToThousandths(durationMs));
  return {
    count: all.count,
    mean: show(all.sumMs / all.count),
    min: show(all.minMs),
    p50: show(findPercentile(all, 0.5)),
    p90: show(findPercentile(all, 0.9)),
    p95: show(findPercentile(all, 0.95)),
    p99: show(findPercentile(all, 0.99)),
    p999: show(findPercentile(all, 0.999)),
    max: show(all.maxMs),
  };
}

/** The smallest duration that at least this part of all do not exceed, up to the width of a bucket. */
function findPercentile({ counts, count, minMs, maxMs }: Histogram, part: number): number {
  const rank = Math.ceil(part * count);
  let seen = 0;
  for (const [index, value] of counts.entries()) {
    seen += value;
    if (seen >= rank) return Math.min(maxMs, Math.max(minMs, findMiddle(index) / 1_000));
  }
  return maxMs;
}

function findBucket(durationMs: number): number {
  const microseconds = Math.min(MAX_MICROSECONDS, Math.max(0, Math.round(durationMs * 1_000)));
  const shift = Math.max(0, 31 - Math.clz32(microseconds) - STEP_BITS);
  return (shift << STEP_BITS) + (microseconds >> shift);
}

/** The middle of a bucket, in microseconds. */
function findMiddle(index: number): number {
  if (index < 2 * STEPS) return index;
  const shift = (index >> STEP_BITS) - 1;
  const start = ((index & (STEPS - 1)) + STEPS) * 2 ** shift;
  return start + (2 ** shift - 1) / 2;
}
