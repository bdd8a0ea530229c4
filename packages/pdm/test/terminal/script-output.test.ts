import assert from "node:assert/strict";
import { test } from "node:test";
import { JAVASCRIPT } from "../../src/terminal/javascript.js";
import { ScriptOutput } from "../../src/terminal/script-output.js";

/** Lines of one command in their order; `+` is its end, `-` its end where it threw. The result: what was written, with `!` before lines for standard error. */
const CASES: [title: string, lines: string[], written: string[]][] = [
  ["output is written as it comes", ["a", "b"], ["a", "b"]],
  [
    "a traceback goes to standard error when the command threw",
    ["a", "TypeError: x", "    at <repl:1>:1:1", "-"],
    ["a", "!TypeError: x", "!    at <repl:1>:1:1"],
  ],
  ["what looks like one is output when it did not", ["Error: x", "a", "+"], ["Error: x", "a"]],
  ["what looks like one waits for the end", ["a", "Uncaught 5", "b"], ["a"]],
  ["a command that threw without a traceback printed only output", ["a", "-"], ["a"]],
  [
    "an endless traceback is not held back",
    ["Error: x", "y".repeat(1_048_576), "b"],
    ["Error: x", "y".repeat(1_048_576), "b"],
  ],
  ["the next command begins anew", ["Error: x", "-", "a"], ["!Error: x", "a"]],
];
for (const [title, lines, written] of CASES) {
  test(`in a script ${title}`, () => {
    const seen: string[] = [];
    const output = new ScriptOutput(JAVASCRIPT, {
      writeOutput: (line) => seen.push(line),
      writeError: (line) => seen.push(`!${line}`),
    });
    for (const line of lines) {
      if (line === "+" || line === "-") output.finish(line === "-");
      else output.write(line);
    }
    assert.deepEqual(seen, written);
  });
}
