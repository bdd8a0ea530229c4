// What many samples come to.

/**
 * @typedef {object} Summary
 * @property {number} median
 * @property {number} q1 the lower quartile
 * @property {number} q3 the upper quartile
 * @property {readonly number[]} samples in the order in which they were taken
 */

/**
 * @param {readonly number[]} samples at least one
 * @returns {Summary}
 */
export function summarize(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), q1: quantile(sorted, 0.25), q3: quantile(sorted, 0.75), samples };
}

/**
 * @param {readonly number[]} sorted
 * @param {number} share of the samples that are below
 */
function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place % 1);
}
