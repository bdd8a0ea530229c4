// docs/performance.md.
import { groupByRow } from "./report.mjs";
import { tabulateComparisons, tabulateTargets, tabulateVariants } from "./row-tables.mjs";
import { formatMarkdown } from "./table.mjs";

/** @import { Report } from "./report.mjs" */
/** @import { RowResult } from "./row.mjs" */

const HOW = `Client and server are processes of their own. The variants of a row take turns, A B C A B C, one sample each, after a
warm-up that is not counted. A figure is the median of its samples ± half the distance between their quartiles; a
comparison is made within each round, and its figure is the median of those.

- **pinned**: both processes share one processor. This shows the work that is done, and is what the targets are judged by.
- **free**: the system places them. With two processors, a round trip mostly measures how long each takes to wake up.
- **CPU** is what the operating system charged the process for, all its threads, in user mode and in the kernel.
- **server resident** is the server's memory before and after all samples, each time after garbage collection.`;

/** @param {Report} report @returns {string} Markdown */
export function formatPage({ startedAt, command, commit, machine, notPinned, results }) {
  const { cpu, processors, memoryGiB, kernel, node, load } = machine;
  const judged = tabulateTargets(results);
  const parts = [
    "# Performance",
    `Written by \`${command}\`: change the rows in \`bench/src/rows\`, not this page.`,
    `Measured on ${startedAt.slice(0, 10)} at commit ${commit}, on the build that is published.`,
    `${cpu}, ${processors} processors, ${memoryGiB} GiB; ${kernel}; Node.js ${node}; load before: ${load.toFixed(2)}.`,
    ...(notPinned === undefined ? [] : [`**Nothing was pinned, and so nothing judged: ${notPinned}.**`]),
    "## Targets",
    ...(judged.lines.length === 0 ? [] : [formatMarkdown(judged)]),
    "## How it is measured",
    HOW,
    ...groupByRow(results).flatMap(formatRow),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** @param {readonly RowResult[]} results of one row */
function formatRow(results) {
  const [first] = results;
  if (first === undefined) return [];
  const { title, meaning, onePlacement, notes } = first.row;
  const comparisons = tabulateComparisons(results);
  return [
    `## ${title}`,
    onePlacement === undefined ? meaning : `${meaning} ${onePlacement}`,
    formatMarkdown(tabulateVariants(results)),
    ...(comparisons === undefined ? [] : [formatMarkdown(comparisons)]),
    ...(notes === "" ? [] : [notes]),
  ];
}
