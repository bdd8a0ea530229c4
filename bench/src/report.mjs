// What one run of the benchmark comes to, and its form as JSON.
import { findJudged, judge } from "./target.mjs";

/** @import { Machine } from "./machine.mjs" */
/** @import { RowResult } from "./row.mjs" */

/**
 * @typedef {object} Report
 * @property {string} startedAt ISO 8601
 * @property {string} command
 * @property {string} commit
 * @property {Machine} machine
 * @property {string | undefined} notPinned why nothing could be pinned to one processor
 * @property {boolean} smoke whether it ran just to see that it works
 * @property {readonly RowResult[]} results
 */

/** Changes when the form of the JSON does. */
const FORM = 1;

/** @param {Report} report @returns {string} */
export function formatJson({ results, notPinned, ...rest }) {
  const rows = results.map((result) => describe(result, rest.smoke));
  return `${JSON.stringify({ form: FORM, ...rest, notPinned: notPinned ?? null, rows }, undefined, 2)}\n`;
}

/** @param {RowResult} result @param {boolean} smoke */
function describe(result, smoke) {
  const { row, placement, variants, comparisons } = result;
  const judged = smoke ? [] : findJudged([result]);
  return {
    name: row.name,
    placement,
    figures: row.figures,
    variants: variants.map(({ name, figures, memory = null }) => ({ name, figures, memory })),
    comparisons: comparisons.map(({ label, kind, figure, of, to, summary, target = null }) => {
      const judgement = judged.find((other) => other.label === label);
      return { label, kind, figure, of, to, summary, target, verdict: judgement ? judge(judgement) : null };
    }),
  };
}

/** @param {readonly RowResult[]} results @returns {RowResult[][]} of each row those of its placements */
export function groupByRow(results) {
  const rows = new Set(results.map(({ row }) => row));
  return [...rows].map((row) => results.filter((result) => result.row === row));
}
