// A reporter of node:test: one line a test file and everything about what failed on standard output, and the counts as
// JSON in the file that PDM_TEST_TALLY names.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { inspect } from "node:util";

/** @import { TestEvent } from "node:test/reporters" */

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} skipped `FILE: NAME (REASON)`
 */

/** Characters of a file's output that are kept for the case that it fails: its last ones. */
const KEPT_OUTPUT_CHARACTERS = 20_000;

/** What is known of one test file. */
class FileReport {
  passed = 0;
  failed = 0;
  /** @type {string[]} */
  skipped = [];
  /** Of its tests together; those that run side by side count each for itself. */
  durationMs = 0;
  failures = "";
  output = "";
}

/**
 * @param {AsyncIterable<TestEvent>} source
 * @returns {AsyncGenerator<string>}
 */
export default async function* report(source) {
  /** @type {Map<string, FileReport>} */
  const files = new Map();
  let current = "";
  for await (const event of source) {
    if (event.data === undefined || !("file" in event.data) || event.data.file === undefined) continue;
    const name = shorten(event.data.file);
    let file = files.get(name);
    if (file === undefined) files.set(name, (file = new FileReport()));
    if (event.type === "test:pass" || event.type === "test:fail") {
      // Results come file after file; what files print comes as it will.
      if (name !== current) yield describe(current, files.get(current));
      current = name;
    }
    note(file, event);
  }
  yield describe(current, files.get(current));
  writeTally(files);
}

/**
 * @param {FileReport} file
 * @param {TestEvent} event
 */
function note(file, event) {
  if ((event.type === "test:pass" || event.type === "test:fail") && event.data.nesting === 0) {
    file.durationMs += event.data.details.duration_ms;
  }
  if (event.type === "test:stderr" || event.type === "test:stdout") {
    file.output = (file.output + event.data.message).slice(-KEPT_OUTPUT_CHARACTERS);
  } else if (event.type === "test:pass") {
    if (isFile(event.data)) {
      file.failed += 1;
      file.failures += "no test ran in this file\n";
    } else if (isLeftOut(event.data)) {
      const reason = event.data.skip ?? event.data.todo;
      file.skipped.push(typeof reason === "string" ? `${event.data.name} (${reason})` : event.data.name);
    } else if (event.data.details.type !== "suite") {
      file.passed += 1;
    }
  } else if (event.type === "test:fail") {
    const error = event.data.details.error;
    const isOfOthers = "failureType" in error && error.failureType === "subtestsFailed";
    // A suite, or a test with tests inside, that failed only through them; the former is no test.
    if (isOfOthers && event.data.details.type === "suite") return;
    file.failed += 1;
    if (isOfOthers) return;
    const cause = error.cause ?? error;
    file.failures += `${event.data.name}\n${typeof cause === "string" ? cause : inspect(cause, { depth: 5 })}\n\n`;
  }
}

/**
 * The runner reports a file itself as a test where it failed as a whole, and where it passed without any test.
 *
 * @param {{ readonly name: string, readonly file?: string | undefined }} data
 */
function isFile(data) {
  return data.file !== undefined && path.resolve(data.name) === data.file;
}

/** @param {{ readonly skip?: string | boolean, readonly todo?: string | boolean }} data */
function isLeftOut({ skip, todo }) {
  return (skip !== undefined && skip !== false) || (todo !== undefined && todo !== false);
}

/**
 * @param {string} name
 * @param {FileReport | undefined} file
 */
function describe(name, file) {
  if (file === undefined) return "";
  const { passed, failed, skipped, durationMs, failures, output } = file;
  const counts = [`${passed} passed`];
  if (failed > 0) counts.push(`${failed} FAILED`);
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
  const head = `${name}: ${counts.join(", ")} (${(durationMs / 1000).toFixed(1)} s)\n`;
  if (failed === 0) return head;
  return `${head}${indent(failures)}${output === "" ? "" : `  what it printed:\n${indent(indent(output))}`}`;
}

/** @param {Map<string, FileReport>} files */
function writeTally(files) {
  /** @type {Tally} */
  const tally = { passed: 0, failed: 0, skipped: [] };
  for (const [name, { passed, failed, skipped }] of files) {
    tally.passed += passed;
    tally.failed += failed;
    tally.skipped.push(...skipped.map((test) => `${name}: ${test}`));
  }
  const target = process.env["PDM_TEST_TALLY"];
  if (target !== undefined) writeFileSync(target, JSON.stringify(tally));
}

/** @param {string} text */
function indent(text) {
  return text.replaceAll(/^(?=.)/gmu, "  ");
}

/** @param {string} file as the runner names it, with source maps or without; the same name for both */
function shorten(file) {
  return path
    .relative(process.cwd(), file)
    .replace(/\.build[\\/]/u, "")
    .replace(/\.test\.(?:js|ts|mjs)$/u, "");
}
