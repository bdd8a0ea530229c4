import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileCommand } from "../../src/engine/command.js";
import { RecentCommands } from "../../src/engine/recent-commands.js";
import { rewriteCommand } from "../../src/syntax/command-script.js";
import { run } from "./client.js";

/** A promise, the commands of one client, and what the last of them prints. */
type Row = readonly [promise: string, commands: readonly string[], printed: string];

const TYPED_AGAIN: readonly Row[] = [
  ["reads what its names mean by then", ["let a = 1", "a + 1", "a = 5", "a + 1"], "6"],
  ["finds a name that had no meaning the first time", ["later", "let later = 1", "later"], "1"],
  ["declares again", ["let a = 1", "a = 2", "let a = 1", "a"], "1"],
  [
    "makes functions, objects and expressions of its own",
    ["let all = []", "void all.push(() => 1, {}, /a/g)", "void all.push(() => 1, {}, /a/g)", "new Set(all).size"],
    "6",
  ],
  [
    "has no variables of the functions made the first time",
    [
      "let count = []",
      "{ let n = 0; count.push(() => (n += 1)) }",
      "{ let n = 0; count.push(() => (n += 1)) }",
      "count[0](); count[0](); echo(count[1]())",
    ],
    "1",
  ],
  ["awaits again", ["let a = 1", "await (a += 1)", "await (a += 1)"], "3"],
  [
    "awaits in a loop again",
    ["let a = 0", "for await (const b of [1, 2]) a += b", "for await (const b of [1, 2]) a += b", "a"],
    "6",
  ],
  [
    "is refused again where it cannot be read",
    ["1 +", "1 +"],
    "Uncaught SyntaxError: Unexpected token\n    1 +\n       ^\n    at <repl:2>:1:4",
  ],
  [
    "names the place that was typed, by the number of the first time",
    ["let f = (a) => a", "f(1); f(f(2)); null.x", "0", "f(1); f(f(2)); null.x"],
    "Uncaught TypeError: Cannot read properties of null (reading 'x')\n    at <repl:2>:1:21",
  ],
];

describe("a command that is typed again", () => {
  for (const [promise, commands, printed] of TYPED_AGAIN) {
    it(promise, async () => {
      assert.equal(await run(...commands), printed);
    });
  }
});

describe("the commands that are kept", () => {
  const compile = (source: string) => compileCommand(rewriteCommand(source), "<repl:1>");

  it("are the last 16 that were used", () => {
    const recent = new RecentCommands();
    for (let number = 0; number < 16; number += 1) recent.keep(`${number}`, compile(`${number}`));
    const first = recent.find("0");
    recent.keep("16", compile("16"));
    assert.ok(first !== undefined && recent.find("0") === first);
    assert.equal(recent.find("1"), undefined);
    assert.ok(recent.find("2") !== undefined && recent.find("16") !== undefined);
  });

  it("are short", () => {
    const recent = new RecentCommands();
    const long = `"${"a".repeat(500)}"`;
    recent.keep(long, compile(long));
    assert.equal(recent.find(long), undefined);
  });
});
