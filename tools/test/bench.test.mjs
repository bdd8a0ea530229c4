// The benchmark runs, and leaves nothing behind. Its figures are looked at by people, on a quiet machine.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROWS } from "../../bench/src/rows.mjs";
import { ROOT, run } from "../command.mjs";
import { makeTemporaryFolder, removeTree } from "../files.mjs";

const BENCH = [process.execPath, path.join(ROOT, "tools/bench.mjs")];

/**
 * @typedef {{ median: number, q1: number, q3: number, samples: number[] }} Summary
 * @typedef {object} JsonRow
 * @property {string} name
 * @property {string} placement
 * @property {Record<string, { label: string, unit: string }>} figures
 * @property {{ name: string, figures: Record<string, Summary> }[]} variants
 * @property {{ label: string, summary: Summary, verdict: string | null }[]} comparisons
 */

test("a smoke run gives every figure of every row, in the form that is documented, and judges none", async () => {
  const folder = makeTemporaryFolder();
  try {
    const file = path.join(folder, "bench.json");
    const { status, output, stdout } = await run([...BENCH, "--smoke", "--json", file]);
    assert.equal(status, 0, output);
    const { form, smoke, machine, notPinned, rows } = JSON.parse(readFileSync(file, "utf8"));
    assert.deepEqual({ form, smoke, node: machine.node }, { form: 1, smoke: true, node: process.version });
    /** @param {string} key */
    const list = (key) => rows.map((/** @type {Record<string, string>} */ row) => row[key]);
    const isPinned = notPinned === null;
    assert.deepEqual(
      list("name"),
      ROWS.filter(({ placements }) => isPinned || placements.includes("free")).map(({ name }) => name),
    );
    assert.deepEqual([...new Set(list("placement"))], isPinned ? ["pinned", "free"] : ["free"]);
    for (const row of rows) checkRow(row);
    for (const { title } of ROWS) assert.ok(stdout.includes(title), title);
    assert.doesNotMatch(stdout, /reached|missed/u);
  } finally {
    removeTree(folder);
  }
});

/** @param {JsonRow} row */
function checkRow({ name, figures, variants, comparisons }) {
  const row = ROWS.find((other) => other.name === name);
  assert.deepEqual(figures, row?.figures);
  assert.deepEqual(
    variants.map((variant) => variant.name),
    row?.variants.map((variant) => variant.name),
  );
  for (const variant of variants) {
    assert.deepEqual(Object.keys(variant.figures), Object.keys(figures));
    for (const [key, summary] of Object.entries(variant.figures)) {
      assert.ok(isSummary(summary) && summary.median > 0, `${name}, ${variant.name}: ${key} is ${summary.median}`);
    }
  }
  assert.equal(comparisons.length, row?.comparisons.length);
  for (const { label, summary, verdict } of comparisons) {
    assert.ok(isSummary(summary), `${name}, ${label}`);
    assert.equal(verdict, null);
  }
}

/** @param {Summary} summary */
function isSummary({ median, q1, q3, samples }) {
  return samples.length === 2 && [median, q1, q3, ...samples].every(Number.isFinite) && q1 <= median && median <= q3;
}

const REFUSED = [
  { args: ["--only", "nonsense"], says: /^--only nonsense: .*round-trip, in-flight, .*http$/mu },
  { args: ["--fast"], says: /^Unknown option '--fast'/mu },
  { args: ["--smoke", "--write"], says: /^--write is for all rows/mu },
  { args: ["--json="], says: /^--json needs the name of a file/mu },
  { args: ["--json", "/nowhere/bench.json"], says: /^--json \/nowhere\/bench.json: ENOENT/mu },
];

for (const { args, says } of REFUSED) {
  test(`bench ${args.join(" ")} is refused with status 2 and the reason`, async () => {
    const { status, output } = await run([...BENCH, ...args]);
    assert.equal(status, 2, output);
    assert.match(output, says);
  });
}

const skip = process.platform === "win32" && "Windows has no signals: Ctrl-C cannot be sent to a process there";

test("a benchmark that is interrupted ends its processes and removes its sockets", { skip }, async () => {
  const folder = makeTemporaryFolder();
  const [command = "", ...args] = BENCH;
  const child = spawn(command, [...args, "--smoke"], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    // A row is done, and so the next has begun.
    await once(child.stdout, "data");
    child.stdout.resume();
    child.kill("SIGINT");
    // Not before every process is gone: each has this standard error.
    const [status] = await once(child, "close");
    assert.equal(status, 130, stderr);
    assert.equal(stderr, "");
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    child.kill("SIGKILL");
    removeTree(folder);
  }
});
