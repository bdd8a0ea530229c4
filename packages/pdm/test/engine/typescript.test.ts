import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import module from "node:module";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { judgeCompleteness } from "../../src/syntax/completeness.js";
import { run } from "./client.js";

const canStrip = "stripTypeScriptTypes" in module;

/** A promise, the commands of one client, and what the last of them prints. */
type Row = readonly [promise: string, commands: readonly string[], printed: string];

const ROWS: readonly Row[] = [
  ["types of variables", ["let a: number = 1, b: Map<string, number[]> = new Map()", "[a, b]"], "[ 1, Map(0) {} ]"],
  [
    "types of parameters and results",
    ["function f(a: number, b?: string): string { return `${a}${b}` }", "f(1, 'x')"],
    "'1x'",
  ],
  ["arrow functions with types", ["const f = <T,>(a: T): T => a", "f(1)"], "1"],
  ["an assertion", ["1 as unknown as string"], "1"],
  ["an assertion about an object", ["{ a: 1 } as Foo"], "{ a: 1 }"],
  ["satisfies", ["({ a: 1 }) satisfies object"], "{ a: 1 }"],
  ["what is not null", ["let a = { b: 1 }", "a!.b"], "1"],
  ["arguments for types", ["new Map<string, number>()"], "Map(0) {}"],
  [
    "interfaces and types",
    ["interface A {\n  a: string;\n}\ntype B = A | undefined\nlet b: B = { a: 'x' }", "b"],
    "{ a: 'x' }",
  ],
  ["an interface alone", ["interface A { a: string }"], ""],
  ["classes", ["class A { private readonly a: number = 1; get(): number { return this.a } }", "new A().get()"], "1"],
  [
    "imports of types",
    [
      "import type { Stats } from 'node:fs'\nimport { type Dirent, constants } from 'node:fs'\nlet a: number = constants.F_OK",
      "a",
    ],
    "0",
  ],
  ["await", ["let a: number = await Promise.resolve(1)", "a"], "1"],
  ["old JavaScript beside it", ["with ({ a: 1 }) { a }"], ""],
  [
    "places are those that were typed",
    ["let a: Map<'\u00e9\u{1f600}', number>\n  let b: null = null; (b as any).x"],
    "Uncaught TypeError: Cannot read properties of null (reading 'x')\n    at <repl:1>:2:34",
  ],
  [
    "what cannot be stripped is a clear error",
    ["enum A { B }"],
    "Uncaught SyntaxError: The keyword 'enum' is reserved (nor is it TypeScript: TypeScript enum is not supported in strip-only mode)\n    enum A { B }\n    ^\n    at <repl:1>:1:1",
  ],
];

const describeStripping = (): void => {
  for (const [promise, commands, printed] of ROWS) {
    it(`is understood: ${promise}`, async () => assert.equal(await run(...commands), printed));
  }

  for (const source of [
    "let a: number = 1",
    "interface A {\n  a: string\n}",
    "type A =\n  | 'a'",
    "function f(a: number): string {\n}",
    "declare function f(a: number): string",
  ]) {
    it(`is found complete: ${JSON.stringify(source)}`, async () =>
      assert.equal(await judgeCompleteness(source), "complete"));
  }
  for (const source of [
    "function f(a: number)",
    "function f(a: number): string",
    "interface A",
    "let a: number =",
    "type A = `${",
  ]) {
    it(`is found incomplete: ${JSON.stringify(source)}`, async () =>
      assert.equal(await judgeCompleteness(source), "incomplete"));
  }
  it("is found invalid where it is", async () => assert.equal(await judgeCompleteness("let a: number = )"), "invalid"));

  for (const [what, source] of [
    ["types", `type A = ${"A<".repeat(100_000)}`],
    ["types of properties", `let a: ${"{ a: ".repeat(1_200)}1${" }".repeat(1_200)} = 1`],
    ["types that depend on others", `type A = ${"A extends B ? C : ".repeat(50_000)}D`],
    ["parentheses", `let a: number = ${"(".repeat(1_800)}1${")".repeat(1_800)}`],
    ["lists", `let a: number = ${"[".repeat(100_000)}`],
    ["operators", `let a: number = 1${"+1".repeat(100_000)}`],
    ["signs", `let a: number = ${"!".repeat(100_000)}1`],
    ["calls", `let a: number = b${"()".repeat(100_000)}`],
    ["names", `let a: number = b${".b".repeat(100_000)}`],
    ["arrows", `let a: number = ${"b => ".repeat(100_000)}b`],
    ["blocks", `let a: number; ${"{".repeat(100_000)}`],
    ["branches", `let a: number; ${"if (b); else ".repeat(50_000)};`],
    ["branches with blocks", `let a: number; ${"if (b) {} else ".repeat(50_000)};`],
    ["loops", `let a: number; ${"for (;;) ".repeat(80_000)};`],
    ["functions", `let a: number; ${"function f() {".repeat(50_000)}`],
    ["templates", `let a: number = ${"`${".repeat(50_000)}`],
    ["brackets behind what makes no sense", `let a: number = @@ ${"[".repeat(100_000)}`],
    ["brackets behind much that makes no sense", `let a: number = ${"@".repeat(100)} ${"[".repeat(100_000)}`],
  ] as const) {
    it(`is not tried where ${what} are nested so deeply that Node's compiler would never work again`, async () => {
      assert.match(await run(source), /^Uncaught SyntaxError: /);
      assert.equal(await run("let a: number = 1", "a"), "1");
    });
  }

  it("is tried where much stands one after the other", async () => {
    const lines = Array.from(
      { length: 3_000 },
      (_, n) => `function f${n}(a: Map<string, number>, b: number[]) { return [a, b] }`,
    );
    assert.equal(await run(`${lines.join("\n")}\nlet a: number = 1`, "typeof f2999 + a"), "'function1'");
  });

  it("leaves no warning in the daemon's log, and lets others through", async () => {
    const script = `
      const { rewriteCommand } = await import(${JSON.stringify(new URL("../../src/syntax/command-script.js", import.meta.url).href)});
      const { emitWarning } = process;
      rewriteCommand("let a: number = 1");
      rewriteCommand("let a: string = 1");
      if (process.emitWarning !== emitWarning) throw new Error("still replaced");
      process.emitWarning("another");`;
    const { stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    assert.match(stderr, /^\(node:\d+\) Warning: another\n[^\n]*\n$/);
  });
};

const describeRefusal = (): void => {
  it("is an error that says what it needs", async () => {
    assert.equal(
      await run("let a: number = 1"),
      `Uncaught SyntaxError: Unexpected token (TypeScript needs Node 22.13 or newer in the service; this is ${process.version})\n    let a: number = 1\n         ^\n    at <repl:1>:1:6`,
    );
  });
};

// Each Node has one of them to show.
if (canStrip) describe("TypeScript", describeStripping);
else describe("TypeScript where Node cannot strip it", describeRefusal);
