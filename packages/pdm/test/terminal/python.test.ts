import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { quotePython } from "../../src/terminal/python.js";
import { isTested, PYTHON2, PYTHON3 } from "../fixtures/python.js";
import { runProgram, startPythonDaemon } from "./program-run.js";
import type { Daemon } from "./program-run.js";

const HOSTILE = [
  "",
  "\"'\\",
  "\u0000\u0007\u001b[2J\u007f\u0085",
  "é€😀",
  "\u2028\ufeff",
  "{0} %s \\N{BULLET} \\u0041",
  "x\r",
];

/** Source as typed, and what it prints; all of it the same in Python 2 and 3. */
const SCRIPTS: [title: string, source: string, output: string][] = [
  ["an expression runs at once", "1 + 1\n[1,\n2]\n\n3", "2\n[1, 2]\n3\n"],
  ["None is echoed too", "None\n", "None\n"],
  ["a function's lines are collected until an empty line", "def f(n):\n  m = n * 2\n  return m\n\nf(4)\n", "8\n"],
  ["so are those of a loop", "for i in range(3):\n  echo(i)\n\n", "0\n1\n2\n"],
  [
    "so are decorators",
    "def twice(f):\n  return lambda: f() * 2\n\n@twice\ndef five():\n  return 5\n\nfive()\n",
    "10\n",
  ],
  ["so is a statement of one line, with the lines that follow it", "x = 7\necho(x)\n\nx\n", "7\n7\n"],
  ["brackets go over lines", "sum([1,\n     2,\n])\n\n", "3\n"],
  ["a string in three quotes goes over lines", "'''a\nb'''\n\n", "'a\\nb'\n"],
  ["what is left at the end of the input runs", "def g():\n  return 1\n\ng(\n)", "1\n"],
  ["lines may end with a carriage return", "1 + 1\r\nx = 2\r\n\r\nx\r\n", "2\n2\n"],
  ["blank lines between commands do nothing", "\n\n  \n1\n\n\n", "1\n"],
  ["a line that is no expression is compiled, not run", "echo('once'); 1\n\n", "'once'\n"],
  ["names that the program might need can be taken", "compile = getattr = echo_ = 3\n\n1 + 1\ncompile\n", "2\n3\n"],
  ["quotes and backslashes arrive as typed", "'\\\\' + \"'\" + '\"'\n", "'\\\\\\'\"'\n"],
];

test("a Python literal is ASCII and holds no control characters", () => {
  for (const text of HOSTILE) assert.match(quotePython(text), /^u"(?:[ !#-[\]-~]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*"$/);
});

for (const [title, python] of [
  ["Python 3", PYTHON3],
  ["Python 2.7", PYTHON2],
] as const) {
  if (!isTested(python)) continue;
  describe(`against a daemon in ${title}`, { skip: python.skip }, () => {
    let daemon: Daemon;
    before(async () => {
      daemon = await startPythonDaemon(python.command);
    });
    after(() => daemon.stop());

    for (const [promise, source, output] of SCRIPTS) {
      test(promise, async () => {
        const result = await runProgram([daemon.spec], source);
        assert.deepEqual(result, { status: 0, signal: null, stdout: output, stderr: "" });
      });
    }

    test("whatever a literal holds, Python reads the same", () => {
      const literals = HOSTILE.map(quotePython).join(", ");
      const show = `import sys; sys.stdout.write(" ".join("%x" % b for s in [${literals}] for b in bytearray(s.encode("utf-8"))))`;
      const { stdout } = spawnSync(python.command, ["-c", show], { encoding: "utf8" });
      assert.equal(stdout, [...Buffer.from(HOSTILE.join(""))].map((byte) => byte.toString(16)).join(" "));
    });

    test("a traceback goes to standard error, what was printed before it to standard output", async () => {
      const { status, stdout, stderr } = await runProgram([daemon.spec], "echo('before') or 1 / 0\n'after'\n");
      assert.deepEqual([status, stdout], [2, "'before'\n'after'\n"]);
      assert.match(stderr, /^Traceback \(most recent call last\):\n[^]*\nZeroDivisionError: [^\n]*\n$/);
    });

    test("a syntax error is reported by the daemon, when the block has ended", async () => {
      const { status, stdout, stderr } = await runProgram([daemon.spec], "1 +\n\n2\n");
      assert.deepEqual([status, stdout], [2, "2\n"]);
      assert.match(stderr, /SyntaxError/);
    });
  });
}
