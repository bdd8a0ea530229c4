// Tables, as text and as Markdown, and how figures stand in them.

/** @import { Summary } from "./statistics.mjs" */

/**
 * @typedef {object} Table
 * @property {readonly string[]} header
 * @property {readonly (readonly string[])[]} lines
 * @property {number} textColumns the first ones, which are no figures
 */

const THREE_DIGITS = new Intl.NumberFormat("en-US", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

/** @param {number} figure @returns {string} with three significant digits */
export function formatFigure(figure) {
  return THREE_DIGITS.format(figure);
}

/**
 * @param {Summary} summary
 * @returns {string} the median, and half the distance between the quartiles with as many decimals
 */
export function formatSummary({ median, q1, q3 }) {
  const text = formatFigure(median);
  const decimals = text.split(".")[1]?.length ?? 0;
  const spread = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    ...(decimals === 0 && { maximumSignificantDigits: 2 }),
  });
  return `${text} ± ${spread.format((q3 - q1) / 2)}`;
}

/** @param {Table} table @returns {string} with aligned columns */
export function formatText({ header, lines, textColumns }) {
  const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)));
  return [header, ...lines]
    .map((line) =>
      line
        .map((cell, column) =>
          column < textColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

/** @param {Table} table @returns {string} */
export function formatMarkdown({ header, lines, textColumns }) {
  const rule = header.map((_, column) => (column < textColumns ? "---" : "---:"));
  return [header, rule, ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
