// The figures to reach, and whether they are.

/** @import { Comparison, ComparisonResult, RowResult } from "./row.mjs" */

/** The placement that counts: it shows the work, and not how long a processor takes to wake up. */
const JUDGED_PLACEMENT = "pinned";

/** @typedef {"reached" | "missed"} Verdict */

/** @typedef {ComparisonResult & { target: NonNullable<Comparison["target"]> }} Judged */

/**
 * @param {readonly RowResult[]} results
 * @returns {Judged[]} the comparisons that are judged, in the order of the results
 */
export function findJudged(results) {
  return results
    .filter(({ placement }) => placement === JUDGED_PLACEMENT)
    .flatMap(({ comparisons }) => comparisons)
    .filter(/** @returns {comparison is Judged} */ (comparison) => comparison.target !== undefined);
}

/** @param {Judged} comparison @returns {Verdict} by the median */
export function judge({ target, summary: { median } }) {
  const isReached = "atMost" in target ? median <= target.atMost : median >= target.atLeast;
  return isReached ? "reached" : "missed";
}

/** @param {Judged["target"]} target */
export function describeTarget(target) {
  return "atMost" in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
}
