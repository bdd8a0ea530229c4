import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const SCOPE_URL = pathToFileURL(path.join(import.meta.dirname, "../../src/engine/scope.js")).href;
const FORMAT_URL = pathToFileURL(path.join(import.meta.dirname, "../../src/engine/value-text.js")).href;

/** Runs the commands in its argument as one client, and prints what each printed. It has things of its own to look at. */
const DAEMON = `
const { ReplScope } = await import(${JSON.stringify(SCOPE_URL)});
process.on("uncaughtException", (error) => { console.log("uncaught", error); process.exit(70); });
class Order { constructor(id) { this.id = id; } fail() { throw new Error("no stock"); } }
globalThis.Order = Order;
globalThis.order = new Order(7);
globalThis.storedError = new TypeError("stored");
let printed = "";
const { formatValue } = await import(${JSON.stringify(FORMAT_URL)});
const scope = new ReplScope(1);
const print = (text) => { printed += text + "\\n"; };
scope.variables.define("echo", (...values) => values.forEach((value) => print(scope.correct(formatValue(value).text))));
const results = [];
for (const command of JSON.parse(process.argv.at(-1))) {
  printed = "";
  const { text } = await scope.evaluate(command);
  if (text !== undefined) print(text);
  results.push(printed.replace(/\\n$/, ""));
  // Unhandled rejections are found between two turns of the event loop.
  await new Promise(setImmediate);
}
console.log(JSON.stringify(results));
`;

const FILES: Readonly<Record<string, string>> = {
  "app/main.mjs": DAEMON,
  "app/main.cjs": `(async () => {${DAEMON}})();`,
  "app/index.js": 'require("./main.cjs");',
  "app/beside.mjs": 'export default "beside";',
  "app/node_modules/dual/package.json": '{ "exports": { "import": "./import.mjs", "require": "./require.cjs" } }',
  "app/node_modules/dual/import.mjs": 'export default "imported from app";',
  "app/node_modules/dual/require.cjs": 'module.exports = "required from app";',
  "elsewhere/node_modules/dual/index.js": 'module.exports = "from elsewhere";',
};

const LOOK_AROUND = [
  "require('dual')",
  "(await import('dual')).default",
  "(await import('./beside.mjs')).default",
  "require.resolve('./beside.mjs')",
];

describe("a daemon with a REPL", () => {
  let folder = "";

  before(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), "pdm-repl-")));
    for (const [name, text] of Object.entries(FILES)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    await symlink(path.join(folder, "app/main.mjs"), path.join(folder, "elsewhere/current.mjs"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** What each command printed, in a daemon started with these arguments somewhere else than its script is. */
  async function runIn(args: readonly string[], commands: readonly string[]): Promise<string[]> {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...args, JSON.stringify(commands)], {
      cwd: path.join(folder, "elsewhere"),
    });
    assert.equal(stderr, "");
    return JSON.parse(stdout) as string[];
  }

  const scripts: readonly (readonly [name: string, args: readonly string[]])[] = [
    ["an ES module", ["../app/main.mjs"]],
    ["a CommonJS script", ["../app/main.cjs"]],
    ["a script without its ending", ["../app/index"]],
    ["a folder", ["../app"]],
    ["a link to the script", ["current.mjs"]],
  ];
  for (const [name, args] of scripts) {
    it(`finds modules as ${name} does, wherever the daemon runs`, async () => {
      const found = await runIn(args, LOOK_AROUND);
      assert.deepEqual(found, [
        "'required from app'",
        "'imported from app'",
        "'beside'",
        `'${path.join(folder, "app/beside.mjs")}'`,
      ]);
    });
  }

  it("finds modules from the working directory when it has no script, whatever its arguments are", async () => {
    const found = await runIn(
      ["--input-type=module", "-e", DAEMON, path.join(folder, "app/main.mjs")],
      ["require('dual')", "(await import('dual')).default"],
    );
    assert.deepEqual(found, ["'from elsewhere'", "'from elsewhere'"]);
  });

  it("says from where a module was not found", async () => {
    const [printed = ""] = await runIn(["../app/main.mjs"], ["await import('./nowhere.mjs')"]);
    assert.ok(
      printed.includes(`'${path.join(folder, "app/nowhere.mjs")}' imported from ${path.join(folder, "app")}`),
      printed,
    );
  });

  it("is one realm with its commands", async () => {
    const commands = [
      "order instanceof Order && [] instanceof Array",
      "storedError instanceof TypeError",
      "order",
      "(order.id = 8, globalThis.order.id)",
    ];
    assert.deepEqual(await runIn(["../app/main.mjs"], commands), ["true", "true", "Order { id: 7 }", "8"]);
  });

  it("shows a promise as what it is at that moment", async () => {
    const commands = [
      "new Promise(() => {})",
      "Promise.resolve(1)",
      "[await 2, Promise.resolve(3)][1]",
      "Promise.reject(4)",
    ];
    const printed = ["Promise { <pending> }", "Promise { 1 }", "Promise { 3 }", "Promise { <rejected> 4 }"];
    assert.deepEqual(await runIn(["../app/main.mjs"], commands), printed);
  });

  it("keeps its own functions in the tracebacks of what it was made to do", async () => {
    const [printed = ""] = await runIn(["../app/main.mjs"], ["order.fail()"]);
    const frame = String.raw`\(${pathToFileURL(path.join(folder, "app/main.mjs")).href}:\d+:\d+\)`;
    assert.match(
      printed,
      new RegExp(String.raw`^Uncaught Error: no stock\n    at Order\.fail ${frame}\n    at <repl:1>:1:7$`),
    );
  });

  it("survives promises that reject as a value, in a variable, and while a command waits", async () => {
    const commands = [
      "Promise.reject(new Error('value'))",
      "const declared = Promise.reject(1)",
      "assigned = Promise.reject(2); let { inner } = { inner: Promise.reject(3) }",
      "(async () => { throw 4 })()",
      "const later = Promise.reject(5); await new Promise(setImmediate)",
      "class Odd extends Promise { then() { throw 6 } }; odd = Odd.reject(7)",
      "await declared",
      "'alive'",
    ];
    const printed = await runIn(["../app/main.mjs"], commands);
    assert.deepEqual(printed.slice(-2), ["Uncaught 1", "'alive'"]);
  });

  it("survives each place where an await was forgotten", async () => {
    const fail = "(async () => { throw new Error('background') })";
    const commands = [
      `for (const product of ['tea', 'zzz']) ${fail}(product)`,
      `${fail}(); 5`,
      `const fail = ${fail}`,
      "if (1) fail(); else fail()\nlabel: { fail() } do fail(); while (!fail())",
      "switch (fail()) { default: try { fail(); throw 1 } catch { fail() } finally { fail() } }",
      "fail(), fail(); fail() && fail(); globalThis ? fail() : 0; void fail(); `${fail()}`; fail() + 1",
      "{ let a = fail(), { b } = fail(), [c] = [fail()]; const d = { e: fail() } }",
      "{ const { name } = fail(); let other; ({ other } = fail()); other = fail() }",
      "const { name } = fail(), id = fail().id; var { [`${fail()}`]: key } = fail()",
      "for (let i = fail(), n = 0; n < 2; fail(), n++) fail()",
      "process.forgotten = fail(); delete process.forgotten",
      "new Promise((_, reject) => reject(1)); import('./nowhere.mjs'); fail`x`; fail?.(); Object?.is(fail(), 1)",
      "fail(); await 1; fail(); await [fail()]; await fail().id",
      "echo(fail(), [fail()])",
      "[1, 2].map(fail)",
      "for (const numbers of [[1, 2]]) numbers.map(fail)",
      "fail().id",
      "[fail(), { a: fail() }]",
      "'alive'",
    ];
    const printed = await runIn(["../app/main.mjs"], commands);
    assert.equal(printed.at(-1), "'alive'");
    assert.deepEqual(
      printed.filter((text) => text.startsWith("Uncaught")),
      [],
    );
  });

  it("has in its log the line that was typed, when what a command left behind throws", async () => {
    const script = `
      const { ReplScope } = await import(${JSON.stringify(SCOPE_URL)});
      await new ReplScope(1).evaluate("setImmediate(() => {\\n  null.x;\\n})");`;
    await assert.rejects(promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]), {
      stderr: /^<repl:1>:2\n {2}null\.x;\n {7}\^\n\nTypeError: .*\n {4}at Immediate\.\S+ \(<repl:1>:2:8\)\n/u,
    });
  });

  it("has no new global name after a client's commands", async () => {
    const commands = [
      "const names = Reflect.ownKeys(globalThis).length",
      "var a = 1; b = 2; function c() {}; class D {}",
      "Reflect.ownKeys(globalThis).length - names",
    ];
    assert.equal((await runIn(["../app/main.mjs"], commands)).at(-1), "0");
  });

  it("lets commands use what a script declared with let", async () => {
    const commands = [
      "scriptLet + 1",
      "scriptLet = 5; typeof globalThis.scriptLet",
      "require('node:vm').runInThisContext('scriptLet')",
    ];
    const printed = await runIn(["-e", `let scriptLet = 1; (async () => {${DAEMON}})();`], commands);
    assert.deepEqual([printed[0], printed[2]], ["2", "5"]);
  });

  // V8 caches about a kilobyte for each distinct text that anything compiles, until memory is short. Without that cache, what grows is ours.
  it("keeps nothing of its own of a command that it ran", async () => {
    const script = `
      const { ReplScope } = await import(${JSON.stringify(SCOPE_URL)});
      const scope = new ReplScope(1);
      const used = [];
      for (let round = 0; round < 3; round++) {
        for (let number = 0; number < 3_000; number++) await scope.evaluate("unknown" + round + "(" + number + ")");
        gc();
        used.push(process.memoryUsage().heapUsed);
      }
      console.log(JSON.stringify(used));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--expose-gc",
      "--no-compilation-cache",
      "--input-type=module",
      "-e",
      script,
    ]);
    const [, second = 0, third = Infinity] = JSON.parse(stdout) as number[];
    // Of 3,000 commands, 700 bytes each.
    assert.ok(third - second < 2_000_000, `grew by ${third - second} bytes`);
  });
});
