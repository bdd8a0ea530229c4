// What a row of the benchmark is, and how one is measured: its variants take turns, A B C A B C, a sample each.
import { summarize } from "./statistics.mjs";

/** @import { Memory, Usage } from "./programs/control.mjs" */
/** @import { PlacementName } from "./placement.mjs" */
/** @import { Stage } from "./stage.mjs" */
/** @import { Summary } from "./statistics.mjs" */

/**
 * Something that was started and can be measured again and again.
 *
 * @typedef {object} Subject
 * @property {(durationMs: number) => Promise<Record<string, number>>} sample one figure for each key of the row's `figures`
 * @property {() => Promise<Memory>} [memory] what the server holds
 * @property {() => Promise<Usage>} [usage] what the server has used so far
 */

/**
 * @typedef {object} Variant
 * @property {string} name
 * @property {(stage: Stage) => Promise<Subject>} start
 */

/**
 * One variant in proportion to another, or what it needs more: within a round, so that what slows down both is left out.
 *
 * @typedef {object} Comparison
 * @property {string} label
 * @property {"ratio" | "difference" | "figure"} kind a figure stands for itself
 * @property {string} figure
 * @property {string} of a variant's name
 * @property {string} [to] another's
 * @property {{ readonly atMost: number } | { readonly atLeast: number }} [target] judged pinned
 */

/**
 * @typedef {object} Row
 * @property {string} name for `--only`
 * @property {string} title
 * @property {string} meaning what is done, in a line
 * @property {readonly PlacementName[]} placements those in which it says something
 * @property {string} [onePlacement] why it is not measured in both
 * @property {number} rounds samples of each variant
 * @property {number} sampleMs how long one takes
 * @property {Readonly<Record<string, { readonly label: string, readonly unit: string }>>} figures of each sample
 * @property {readonly Variant[]} variants
 * @property {readonly Comparison[]} comparisons
 * @property {string} notes Markdown: where the time goes
 */

/**
 * @typedef {object} VariantResult
 * @property {string} name
 * @property {Record<string, Summary>} figures
 * @property {{ start: Memory, end: Memory } | undefined} memory of the server before the warm-up and after the last round
 */

/** @typedef {Comparison & { summary: Summary }} ComparisonResult */

/**
 * @typedef {object} RowResult
 * @property {Row} row
 * @property {PlacementName} placement
 * @property {VariantResult[]} variants
 * @property {ComparisonResult[]} comparisons
 */

/**
 * How much is done: everything, or a moment of it, just to see that it works.
 *
 * @typedef {object} Effort
 * @property {number} warmUpMs for each variant; not counted
 * @property {number} maxRounds
 * @property {number} maxSampleMs
 */

/**
 * @param {Row} row
 * @param {PlacementName} placement that of the stage
 * @param {Stage} stage
 * @param {Effort} effort
 * @returns {Promise<RowResult>}
 */
export async function measureRow(row, placement, stage, effort) {
  const runs = [];
  for (const { name, start } of row.variants) {
    const subject = await start(stage);
    /** @type {Record<string, number[]>} */
    const samples = Object.fromEntries(Object.keys(row.figures).map((key) => [key, []]));
    runs.push({ name, subject, samples, memory: await subject.memory?.() });
  }
  for (const { subject } of runs) await subject.sample(effort.warmUpMs);
  const sampleMs = Math.min(row.sampleMs, effort.maxSampleMs);
  for (let round = Math.min(row.rounds, effort.maxRounds); round > 0; round -= 1) {
    for (const { subject, samples } of runs) {
      const figures = await subject.sample(sampleMs);
      for (const [key, list] of Object.entries(samples)) list.push(figures[key] ?? Number.NaN);
    }
  }
  /** @type {VariantResult[]} */
  const variants = [];
  for (const { name, subject, samples, memory: start } of runs) {
    const end = await subject.memory?.();
    variants.push({
      name,
      figures: Object.fromEntries(Object.entries(samples).map(([key, list]) => [key, summarize(list)])),
      memory: start && end && { start, end },
    });
  }
  return { row, placement, variants, comparisons: row.comparisons.map((comparison) => compare(comparison, variants)) };
}

/**
 * @param {Comparison} comparison
 * @param {readonly VariantResult[]} variants
 * @returns {ComparisonResult}
 */
function compare(comparison, variants) {
  const { kind, figure, of, to } = comparison;
  const [samples = [], others = []] = [of, to].map(
    (wanted) => variants.find(({ name }) => name === wanted)?.figures[figure]?.samples,
  );
  const each = samples.map((sample, round) => {
    const other = others[round] ?? Number.NaN;
    if (kind === "figure") return sample;
    return kind === "ratio" ? sample / other : sample - other;
  });
  return { ...comparison, summary: summarize(each) };
}
