import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client, run } from "./client.js";

const MODULE = "data:text/javascript,export default 1; export const a = 2, b = 3; export { b as 'b c' }";

/** A promise, the commands of one client, and what the last of them prints. */
type Row = readonly [promise: string, commands: readonly string[], printed: string];

const ROWS: readonly Row[] = [
  ["a default import is a variable", [`import d from "${MODULE}"`, "d"], "1"],
  ["named imports are variables", [`import { a, b as c } from "${MODULE}"`, "[a, c]"], "[ 2, 3 ]"],
  ["a name in quotes can be imported", [`import { "b c" as e } from "${MODULE}"`, "e"], "3"],
  ["a default and named imports go together", [`import d, { a } from "${MODULE}"`, "[d, a]"], "[ 1, 2 ]"],
  ["a namespace is a variable", [`import * as all from "${MODULE}"`, "all.b"], "3"],
  ["a default and a namespace go together", [`import d, * as all from "${MODULE}"`, "[d, all.a]"], "[ 1, 2 ]"],
  ["an import for its effect prints nothing", [`import "${MODULE}"`], ""],
  ["attributes are kept", [`import json from "data:application/json,[1]" with { type: "json" }`, "json"], "[ 1 ]"],
  [
    "several imports stand among other statements, over several lines",
    [
      `let n = 1\nimport {\n  a,\n  b,\n} from "${MODULE}"\n[n].map(x => x)\nimport { join } from "node:path"\nlet m = join("a", "b")`,
      "[n, a, b, m]",
    ],
    "[ 1, 2, 3, 'a/b' ]",
  ],
  [
    "what follows an import uses it, on the same line too",
    [`import { a } from "${MODULE}"; echo(a); import { b } from "${MODULE}"; echo(b)`],
    "2\n3",
  ],
  [
    "a function may use an import of its command",
    [`function f() { return a }\nimport { a } from "${MODULE}"\necho(f())`],
    "2",
  ],
  ["an import goes with a for await", [`import { a } from "${MODULE}"\nfor await (const b of [a]) echo(b)`], "2"],
  [
    "an import may be done again, and its name declared again",
    [`import { a } from "${MODULE}"`, `import { b as a } from "${MODULE}"`, "let a = a + 1", "a"],
    "4",
  ],
  [
    "an imported name is constant",
    [`import { a } from "${MODULE}"`, "a = 1"],
    "Uncaught TypeError: Assignment to constant variable 'a'\n    at <repl:2>:1:3",
  ],
  [
    "an export that is missing is an error",
    ['import { none } from "node:fs"'],
    "Uncaught [SyntaxError: The requested module 'node:fs' does not provide an export named 'none']",
  ],
  ["the name of a failed import stays unknown", ['import { none } from "node:fs"', "typeof none"], "'undefined'"],
  [
    "places behind an import are those that were typed",
    [`import {\n  a\n} from "${MODULE}"; null.x`],
    `Uncaught TypeError: Cannot read properties of null (reading 'x')\n    at <repl:1>:3:${`} from "${MODULE}"; null.`.length + 1}`,
  ],
  [
    "an import in a block is an error that says what to write",
    ['{ import a from "b" }'],
    'Uncaught SyntaxError: An import declaration must stand at the top level; write: await import(…)\n    { import a from "b" }\n      ^\n    at <repl:1>:1:3',
  ],
  ["import() is still an expression", [`(await import("${MODULE}")).a`], "2"],
  ["import() may begin a statement", [`import("${MODULE}").then; 1`], ""],
  [
    "text of another line's end is quoted",
    ['import a from "data:text/javascript,export default `\\u2028`"', "a"],
    "'\u2028'",
  ],
];

describe("an import line", () => {
  for (const [promise, commands, printed] of ROWS) {
    it(promise, async () => assert.equal(await run(...commands), printed));
  }

  it("says which module cannot be found", async () => {
    assert.match(await run('import a from "not-there"'), /^Uncaught (?:Error|.*\[ERR_MODULE_NOT_FOUND\]).*not-there/);
  });
});

describe("Node's own modules", () => {
  it("are known by their names", async () => {
    assert.equal(
      await run("[fs === require('node:fs'), path.basename('a/b'), typeof crypto.randomBytes]"),
      "[ true, 'b', 'function' ]",
    );
  });

  it("give way to what the client declares", async () => {
    assert.equal(await run("const fs = 1; function path() {}", "[fs, typeof path]"), "[ 1, 'function' ]");
    assert.equal(await run("url = 2", "url"), "2");
  });

  it("give way to globals of the daemon", async () => {
    Object.assign(globalThis, { events: "the daemon's" });
    try {
      assert.equal(await run("events"), '"the daemon\'s"');
      assert.equal(await run("process === globalThis.process"), "true");
    } finally {
      Reflect.deleteProperty(globalThis, "events");
    }
  });

  it("are the daemon's no more than other variables", async () => {
    const client = new Client();
    await client.run("fs = 1; url");
    assert.equal("fs" in globalThis, false);
    assert.equal(await run("typeof globalThis.url"), "'undefined'");
  });
});
