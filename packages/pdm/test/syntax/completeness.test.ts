import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CompletenessJudge, judgeCompleteness, type Completeness } from "../../src/syntax/completeness.js";

const COMPLETE = [
  'import a from "b"',
  'import {\n  a,\n  b as c,\n} from "d" with { type: "json" }\na()',
  'import "a"',
  'import("a")',
  "",
  "// comment",
  "1 + 1",
  "let a = 1",
  "function f() {}",
  "{a: 1, b: 2}",
  "{}",
  "if (a) b",
  "await x",
  "for await (const a of b) c()",
  "`${`a`}`",
  "a\n  .b()",
  "label: a",
  "class A { #a; static { } }",
  "function () {}",
  "#!/bin/node\n1",
  "1 <!-- html",
  "a; // {",
  "'\\\n'",
  "/[/]/",
];
const INCOMPLETE = [
  "import",
  "import a",
  "import {",
  "import { a",
  "import { a }",
  "import * as a from",
  'import a from "b" with {',
  "interface A {",
  "interface A {\n  b: string;",
  "type A =",
  "let a: Map<",
  "function f(a: number,",
  "function f(a: number): string {",
  "class A {\n  private a: number;",
  "(",
  "[1,",
  "{",
  "{a: 1,",
  "{a: 1, b: 2",
  "function f() {",
  "function f(",
  "function (",
  "class A {",
  "class A extends",
  "if (a)",
  "if (a) {} else",
  "for (;;)",
  "while (",
  "do a()",
  "try {}",
  "try {} catch {",
  "switch (a) {",
  "a +",
  "a ?",
  "a ? b :",
  "a.",
  "a?.",
  "new",
  "x =>",
  "async () =>",
  "const",
  "const a",
  "const { a }",
  "let a =",
  "`a",
  "`a ${",
  "`a ${b",
  "`a ${b}",
  "/* a",
  "f(/* a",
  "'a\\",
  '"a\\',
  "await",
  "label:",
  "a ||",
  "!",
  "[...",
  "import(",
  "for (const a of",
  "a\n++",
];
const INVALID = [
  ")",
  "let a = )",
  "a b",
  "1 = 2",
  "'a",
  '"a',
  "'a\\\\",
  "/a",
  "let a; let a",
  "return 1",
  "() => { await 1 }",
  "break",
  "}) ; (",
  "{ import a from 'b' }",
  "import { a a } from 'b'",
  "export const a = 1",
  "throw\n",
  "() ",
  "({a = 1})",
  "0b",
  "{a: 1, b: 2, c: }",
  "if (a) )",
  "export",
  "'use strict'; with (a) b",
  "(".repeat(100_000),
];

describe("judgeCompleteness", () => {
  const expected = { complete: COMPLETE, incomplete: INCOMPLETE, invalid: INVALID } as const;
  for (const [verdict, sources] of Object.entries(expected)) {
    for (const source of sources) {
      it(`finds ${JSON.stringify(source.slice(0, 40))} ${verdict}`, async () =>
        assert.equal(await judgeCompleteness(source), verdict));
    }
  }
});

async function judgeLines(lines: readonly string[]): Promise<Completeness[]> {
  const judge = new CompletenessJudge();
  const verdicts: Completeness[] = [];
  for (const index of lines.keys()) verdicts.push(await judge.judge(lines.slice(0, index + 1)));
  return verdicts;
}

/** Lines of one command, many of which have brackets of their own. */
function repeatLine(count: number, first: string, line: string, last: string): string[] {
  return [first, ...Array<string>(count).fill(line), last];
}

describe("CompletenessJudge", () => {
  for (const [first, line, last] of [
    ["function f() {", "  if (a) { b(`${c}`, /[{]/, '}'); } // {", "}"],
    ["[", "  { a: [1, 2], b: (3) },", "]"],
    ["`", "} ) ] ${a}", "`"],
    ["/*", "} ) ] `", "*/"],
    ["class A {", "  a = (b) / 2; c() { return [a / b]; }", "}"],
    ["f(", "\n", ")"],
    ["a =", "  'b' +", "  'c'"],
  ] as const) {
    it(`finds a long ${JSON.stringify(`${first} ${last}`)} complete at its last line, and not before`, async () => {
      const verdicts = await judgeLines(repeatLine(300, first, line, last));
      assert.deepEqual([...new Set(verdicts.slice(0, -1))], ["incomplete"]);
      assert.equal(verdicts.at(-1), "complete");
    });
  }

  it("finds a short command invalid at the line that makes it so", async () => {
    assert.deepEqual(await judgeLines(["function f() {", "  a b;"]), ["incomplete", "invalid"]);
  });

  it("finds a long command invalid before it ends", async () => {
    const lines = repeatLine(300, "function f() {", "  if (a) { b(); }", "  a b;");
    const verdicts = await judgeLines([...lines, ...lines.slice(1, 200)]);
    assert.ok(verdicts.includes("invalid"));
  });
});
