import assert from "node:assert/strict";
import { test } from "node:test";
import { JAVASCRIPT } from "../../src/terminal/javascript.js";
import { ScriptOutput } from "../../src/terminal/script-output.js";

/** Lines of one command in their order; `+` is its end, `-` its end where it threw. The result: what was written, with `!` before lines for standard error. */
const CASES: [title: string, lines: string[], written: string[]][] = [
  ["output is written as it comes", ["a", "b"], ["a", "b"]],
  [
    "a traceback goes to standard error when the command threw",
    ["a", "Uncaught TypeError: x", "    at <repl:1>:1:1", "-"],
    ["a", "!Uncaught TypeError: x", "!    at <repl:1>:1:1"],
  ],
  ["an error that was only printed is output", ["TypeError: x", "Uncaught 5", "-"], ["TypeError: x", "!Uncaught 5"]],
  [
    "the last that looks like one is it",
    ["Uncaught 1", "a", "Uncaught 2", "b", "-"],
    ["Uncaught 1", "a", "!Uncaught 2", "!b"],
  ],
  ["what looks like one is output when it did not", ["Uncaught x", "a", "+"], ["Uncaught x", "a"]],
  ["what looks like one waits for the end", ["a", "Uncaught 5", "b"], ["a"]],
  ["a command that threw without a traceback printed only output", ["a", "-"], ["a"]],
  [
    "an endless traceback is not held back",
    ["Uncaught x", "y".repeat(1_048_576), "b"],
    ["Uncaught x", "y".repeat(1_048_576), "b"],
  ],
  ["the next command begins anew", ["Uncaught x", "-", "a"], ["!Uncaught x", "a"]],
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
