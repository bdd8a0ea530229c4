// One run of the benchmark: measures row after row, shows each when it is done, and writes what was asked for.
import { writeFileSync } from "node:fs";
import { describeCommit, describeMachine } from "./machine.mjs";
import { formatPage } from "./page.mjs";
import { findPlacements } from "./placement.mjs";
import { formatJson } from "./report.mjs";
import { tabulateComparisons, tabulateTargets, tabulateVariants } from "./row-tables.mjs";
import { measureRow } from "./row.mjs";
import { Stage } from "./stage.mjs";
import { formatText } from "./table.mjs";

/** @import { CommandLine } from "./command-line.mjs" */
/** @import { Placement } from "./placement.mjs" */
/** @import { Report } from "./report.mjs" */
/** @import { Effort, Row, RowResult } from "./row.mjs" */

/** @type {Effort} */
const FULL = { warmUpMs: 700, maxRounds: Infinity, maxSampleMs: Infinity };

/** @type {Effort} */
const SMOKE = { warmUpMs: 10, maxRounds: 2, maxSampleMs: 20 };

/** What `--write` writes, from the repository's root. */
const PAGE = "docs/performance.md";

/** Busy processors, from which on the figures are more noise than they need be. */
const NOISY_LOAD = 0.3;

/** Exit status by the signal that ended this, as a shell has it. */
const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Runs in the repository's root. A signal ends it early, with nothing left behind.
 *
 * @param {CommandLine} options
 * @param {string} command what was typed
 * @returns {Promise<number>} the exit status
 */
export async function runBench(options, command) {
  const interruption = new AbortController();
  let status = 0;
  for (const [signal, statusOfSignal] of Object.entries(STATUS)) {
    // Again and again: npm passes on the Ctrl-C that this process got from the terminal too.
    process.on(signal, () => {
      status = statusOfSignal;
      interruption.abort();
    });
  }
  try {
    await measure(options, command, interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
  }
  return status;
}

/**
 * @param {CommandLine} options
 * @param {string} command
 * @param {AbortSignal} signal
 */
async function measure({ rows, smoke, write, json }, command, signal) {
  const { placements, missing: notPinned } = findPlacements();
  const machine = describeMachine();
  const startedAt = new Date().toISOString();
  const commit = describeCommit();
  if (notPinned !== undefined)
    console.error(`NOT PINNED: ${notPinned}. Only free placement is measured, nothing judged.`);
  if (machine.load > NOISY_LOAD && !smoke) {
    console.error(`The machine is busy (load ${machine.load.toFixed(2)}): expect noise.`);
  }
  /** @type {RowResult[]} */
  const results = [];
  for (const [index, row] of rows.entries()) {
    const fitting = placements.filter(({ name }) => row.placements.includes(name));
    // A smoke run has no time for more than one.
    const chosen = fitting.filter((_, place) => !smoke || place === index % fitting.length);
    const measured = [];
    for (const placement of chosen) {
      measured.push(await measureIn(placement, row, smoke ? SMOKE : FULL, signal));
    }
    show(row, measured);
    results.push(...measured);
  }
  /** @type {Report} */
  const report = { startedAt, command, commit, machine, notPinned, smoke, results };
  const targets = tabulateTargets(results);
  if (!smoke && targets.lines.length > 0) console.log(`Targets\n${formatText(targets)}\n`);
  if (json !== undefined) writeFileSync(json, formatJson(report));
  if (write) writeFileSync(PAGE, formatPage(report));
}

/**
 * @param {Placement} placement
 * @param {Row} row
 * @param {Effort} effort
 * @param {AbortSignal} signal
 */
async function measureIn(placement, row, effort, signal) {
  signal.throwIfAborted();
  const stage = new Stage(placement);
  // Whatever is being waited for then fails.
  const clear = () => void stage.clear();
  signal.addEventListener("abort", clear);
  try {
    return await measureRow(row, placement.name, stage, effort);
  } finally {
    signal.removeEventListener("abort", clear);
    await stage.clear();
  }
}

/**
 * @param {Row} row
 * @param {readonly RowResult[]} results
 */
function show({ name, title, meaning, placements }, results) {
  console.log(`${title} (${name})\n${meaning}`);
  if (results.length === 0) {
    console.log(`Not measured here: it is for processes that are ${placements.join(" or ")}.\n`);
    return;
  }
  console.log(formatText(tabulateVariants(results)));
  const comparisons = tabulateComparisons(results);
  if (comparisons !== undefined) console.log(formatText(comparisons));
  console.log("");
}
