// The steps of `npm run check`: everything that can be said of the sources and of the package without the tests.
import { localProgram, run } from "./command.mjs";

/** @import { Tally } from "./report.mjs" */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {readonly (readonly string[])[]} commands run one after the other; the step fails with the first that fails
 */

const NODE = process.execPath;

/** The others need what it makes. */
const BUILD = { name: "build", commands: [[NODE, "tools/build.mjs", "--if-needed"]] };

/** In the order in which they are begun: the long ones first. @type {readonly Step[]} */
const STEPS = [
  { name: "package", commands: [[NODE, "tools/package/tarball.mjs"]] },
  { name: "api", commands: [[NODE, "tools/package/api.mjs"]] },
  { name: "unused", commands: [[localProgram("knip"), "--no-progress", "--treat-config-hints-as-errors"]] },
  { name: "lint", commands: [[localProgram("oxlint")]] },
  {
    name: "types",
    commands: ["packages/pdm", "packages/pdm/test", "examples/programs", "examples/shop", "bench", "tools"].map(
      (project) => [localProgram("tsc"), "-p", project],
    ),
  },
  { name: "format", commands: [[localProgram("oxfmt"), "--check"]] },
];

/** As many steps run at once. */
const CONCURRENCY = 2;

/**
 * Runs all steps, also after one that failed; prints a line for each, and the whole output of one that failed.
 *
 * @returns {Promise<Tally>} a step counts as a test
 */
export async function runChecks() {
  /** @type {Tally} */
  const tally = { passed: 0, failed: 0, skipped: [] };
  /** @param {Step} step */
  const note = async (step) => {
    if (await runStep(step)) tally.passed += 1;
    else tally.failed += 1;
  };
  await note(BUILD);
  const waiting = STEPS.values();
  const work = async () => {
    for (const step of waiting) await note(step);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return tally;
}

/**
 * @param {Step} step
 * @returns {Promise<boolean>} whether it passed
 */
async function runStep({ name, commands }) {
  const startedAt = performance.now();
  for (const command of commands) {
    const { status, output } = await run(command);
    if (status === 0) continue;
    console.log(`${describe(name, startedAt)}: FAILED\n${output.trimEnd().replaceAll(/^(?=.)/gmu, "  ")}\n`);
    return false;
  }
  console.log(`${describe(name, startedAt)}: ok`);
  return true;
}

/**
 * @param {string} name
 * @param {number} startedAt
 */
function describe(name, startedAt) {
  return `check ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`;
}
