import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parseCommandLine, USAGE, UsageError } from "../../src/terminal/command-line.js";
import { createFolder, runProgram } from "./program-run.js";

const PLAIN = {
  kind: "run",
  codes: [],
  stopOnError: false,
  session: undefined,
  thread: undefined,
  deadlineMs: undefined,
  json: false,
  noColor: false,
};

const PARSED: [title: string, args: string[], expected: object][] = [
  ["one SPEC", ["/a.sock"], { ...PLAIN, spec: "/a.sock" }],
  ["codes keep their order", ["-e", "1", "S", "--eval", "2"], { ...PLAIN, spec: "S", codes: ["1", "2"] }],
  [
    "a code that begins with a dash",
    ["--eval=-1", "S", "-s"],
    { ...PLAIN, spec: "S", codes: ["-1"], stopOnError: true },
  ],
  ["what follows -- is no option", ["--", "-S"], { ...PLAIN, spec: "-S" }],
  [
    "where to be, and how",
    ["S", "--session", "ada", "--thread", "0", "--deadline=250", "--json", "--no-color"],
    { ...PLAIN, spec: "S", session: "ada", thread: 0, deadlineMs: 250, json: true, noColor: true },
  ],
  ["help wins over a missing SPEC", ["--help"], { kind: "help" }],
  ["version", ["--version", "S"], { kind: "version" }],
];
for (const [title, args, expected] of PARSED) {
  test(`a command line is understood: ${title}`, () => assert.deepEqual(parseCommandLine(args), expected));
}

const REFUSED: [args: string[], message: RegExp][] = [
  [[], /SPEC is missing/],
  [[""], /SPEC is missing/],
  [["a", "b"], /more than one SPEC: a and b/],
  [["--frobnicate", "S"], /'--frobnicate'/],
  [["S", "-e"], /--eval.*argument missing/],
  [["S", "--thread", "main"], /--thread must be a whole number, at least 0, not main/],
  [["S", "--deadline", "0"], /--deadline must be a whole number, at least 1, not 0/],
];
for (const [args, message] of REFUSED) {
  test(`the command line ${JSON.stringify(args)} is refused with the reason`, () => {
    assert.throws(
      () => parseCommandLine(args),
      (error) => error instanceof UsageError && error.code === "ERR_PDM_USAGE" && message.test(error.message),
    );
  });
}

test("--help prints the usage on standard output", async () => {
  assert.deepEqual(await runProgram(["-h"]), { status: 0, signal: null, stdout: USAGE, stderr: "" });
});

test("--version prints the package's version", async () => {
  const manifest = new URL("../../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  assert.deepEqual(await runProgram(["--version"]), { status: 0, signal: null, stdout: `${version}\n`, stderr: "" });
});

test("without an argument the usage goes to standard error and the status is 1", async () => {
  const { status, stdout, stderr } = await runProgram([]);
  assert.deepEqual([status, stdout], [1, ""]);
  assert.ok(stderr.endsWith(USAGE));
});

test("an unknown option is named, and where to find the usage", async () => {
  const { status, stderr } = await runProgram(["--frobnicate", "S"]);
  assert.equal(status, 1);
  assert.match(stderr, /--frobnicate[^]*pdm-repl --help/);
});

test("a failed connection is reported on standard error as SPEC and the reason, with status 1", async () => {
  const spec = path.join(createFolder(), "absent.sock");
  const { status, stdout, stderr } = await runProgram([spec], "1\n");
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /^\S+\/absent\.sock: [^\n]+\n$/);
});
