// What was measured, as tables: for the terminal and for the page.
import { describeTarget, findJudged, judge } from "./target.mjs";
import { formatFigure, formatSummary } from "./table.mjs";

/** @import { ComparisonResult, Row, RowResult, VariantResult } from "./row.mjs" */
/** @import { Table } from "./table.mjs" */

const MEBIBYTE = 2 ** 20;

/**
 * @param {readonly RowResult[]} results of one row, in one placement each
 * @returns {Table}
 */
export function tabulateVariants(results) {
  const figures = Object.entries(results[0]?.row.figures ?? {});
  const hasMemory = results.some(({ variants }) => variants.some(({ memory }) => memory !== undefined));
  const header = ["", "", ...figures.map(([, { label, unit }]) => `${label}, ${unit}`)];
  const lines = results.flatMap(({ placement, variants }) =>
    variants.map((variant, index) => [
      index === 0 ? placement : "",
      variant.name,
      ...figures.map(([key]) => formatFigureOf(variant, key)),
      ...(hasMemory ? [formatMemory(variant)] : []),
    ]),
  );
  return { header: hasMemory ? [...header, "server resident, MiB"] : header, lines, textColumns: 2 };
}

/**
 * @param {readonly RowResult[]} results of one row, in one placement each
 * @returns {Table | undefined} undefined where nothing is compared
 */
export function tabulateComparisons(results) {
  const [first] = results;
  if (first === undefined || first.comparisons.length === 0) return undefined;
  return {
    header: ["", ...results.map(({ placement }) => placement)],
    lines: first.comparisons.map(({ label }, index) =>
      [label].concat(results.map(({ row, comparisons }) => formatComparison(row, comparisons[index]))),
    ),
    textColumns: 1,
  };
}

/**
 * @param {readonly RowResult[]} results of all rows
 * @returns {Table}
 */
export function tabulateTargets(results) {
  return {
    header: ["", "figure", "target", "verdict"],
    lines: results.flatMap((result) =>
      findJudged([result]).map((comparison) => [
        comparison.label,
        formatComparison(result.row, comparison),
        `${describeTarget(comparison.target)} ${findUnit(result.row, comparison)}`,
        judge(comparison),
      ]),
    ),
    textColumns: 1,
  };
}

/** @param {Row} row @param {ComparisonResult | undefined} comparison */
function formatComparison(row, comparison) {
  if (comparison === undefined) return "";
  return `${formatSummary(comparison.summary)} ${findUnit(row, comparison)}`;
}

/** @param {Row} row @param {ComparisonResult} comparison */
function findUnit(row, { kind, figure }) {
  return kind === "ratio" ? "×" : (row.figures[figure]?.unit ?? "");
}

/** @param {VariantResult} variant @param {string} key */
function formatFigureOf(variant, key) {
  const summary = variant.figures[key];
  return summary === undefined ? "" : formatSummary(summary);
}

/** @param {VariantResult} variant at the start, and after the load */
function formatMemory({ memory }) {
  if (memory === undefined) return "";
  return [memory.start, memory.end].map(({ rssBytes }) => formatFigure(rssBytes / MEBIBYTE)).join(" → ");
}
