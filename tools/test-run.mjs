// One run of the tests on one Node.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./command.mjs";
import { findFiles, makeTemporaryFolder, removeTree } from "./files.mjs";

/** @import { Tally } from "./report.mjs" */

/** Where tests are: those of the library and the examples as `node tools/build.mjs tests` transpiled them, and the tools' own. */
const PLACES = [
  { folder: "packages/pdm/.build/test", ending: ".test.js" },
  { folder: "examples/programs/.build/test", ending: ".test.js" },
  { folder: "examples/shop/.build/test", ending: ".test.js" },
  { folder: "tools/test", ending: ".test.mjs" },
];

/**
 * Tests that another version of Node has nothing to add to, by a part of their path: of what runs on this one alone, of what ssh does, one that
 * compares with a library, and the examples of the documentation.
 */
export const SAME_ON_ALL_VERSIONS = ["tools/test/", "test/transport/ssh", "test/schema/ajv", "/page.test."];

/**
 * Tests for which the oldest and the newest version of Node do, by a part of their path: what takes long, and depends on Node itself little: a terminal's
 * programs, the transports, floods and a hundred attachments.
 */
export const SAME_IN_BETWEEN = [
  "test/terminal/",
  "test/transport/",
  "test/hostile/memory",
  "test/hostile/peers",
  "test/attach/endurance",
];

/** Milliseconds that one run may take; a process that a test left behind could else hold it for ever. */
const RUN_LIMIT_MS = 20 * 60_000;

/**
 * Runs the tests, two files at a time; what they report goes to standard output as it comes.
 *
 * @param {{ node?: string, parts?: readonly string[], leaveOut?: readonly string[] }} options `node` is this one where nothing is
 * said; `parts` choose files by a part of their path, `leaveOut` those that are not run
 * @returns {Promise<Tally>} one failure where the run ended without a result, or had to be ended
 */
export async function runTests({ node = process.execPath, parts = [], leaveOut = [] }) {
  const files = PLACES.flatMap(({ folder, ending }) => findFiles(folder, ending))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .filter((file) => !leaveOut.some((part) => file.includes(part)));
  if (files.length === 0) {
    console.error("No test file matches. Were they built? node tools/build.mjs tests");
    return { passed: 0, failed: 1, skipped: [] };
  }
  const folder = makeTemporaryFolder();
  const tally = path.join(folder, "tally.json");
  const options = ["--test", "--test-concurrency=2", "--test-timeout=120000", "--test-reporter=./tools/report.mjs"];
  const child = spawn(node, [...options, ...files], {
    cwd: ROOT,
    env: testEnvironment(node, tally),
    stdio: ["ignore", "inherit", "inherit"],
    // A process group of its own, which can be killed as one.
    detached: true,
  });
  const limit = setTimeout(() => {
    console.error(
      `The test run is ended: it took over ${RUN_LIMIT_MS / 60_000} minutes. A file without a line above hangs.`,
    );
    killGroup(child);
  }, RUN_LIMIT_MS);
  const stop = () => {
    killGroup(child);
    process.exit(130);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const [status] = await once(child, "close");
    if (!existsSync(tally)) {
      console.error(`The test run ended with status ${status} and without a result.`);
      return { passed: 0, failed: 1, skipped: [] };
    }
    /** @type {Tally} */
    const result = JSON.parse(readFileSync(tally, "utf8"));
    return status === 0 || result.failed > 0 ? result : { ...result, failed: 1 };
  } finally {
    clearTimeout(limit);
    process.off("SIGINT", stop).off("SIGTERM", stop);
    removeTree(folder);
  }
}

/** @param {import("node:child_process").ChildProcess} child the first of its process group */
function killGroup({ pid }) {
  if (pid !== undefined) process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
}

/**
 * The tests see the same whoever started them: no variables of an npm around them, and one Node, also in what they start.
 *
 * @param {string} node
 * @param {string} tally
 * @returns {NodeJS.ProcessEnv}
 */
function testEnvironment(node, tally) {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:npm_|NODE_OPTIONS$|INIT_CWD$)/iu.test(name));
  const { PATH = "", ...env } = Object.fromEntries(own);
  return { ...env, PATH: [path.dirname(node), PATH].join(path.delimiter), PDM_TEST_TALLY: tally };
}
