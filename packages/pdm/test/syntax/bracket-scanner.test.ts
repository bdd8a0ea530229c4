import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { BracketScanner } from "../../src/syntax/bracket-scanner.js";
import { judgeCompleteness } from "../../src/syntax/completeness.js";

function isOpen(source: string): boolean {
  const scanner = new BracketScanner();
  for (const line of source.split("\n")) scanner.read(line);
  return scanner.isOpen;
}

const OPEN = [
  "f(",
  "[1,\n2",
  "{ a: [1], b: {",
  "`a } ) ]",
  "`a\n${b",
  "`${{ a: `}` }",
  "/* } `",
  "f(/* ) */",
  "f(// )",
  "f(')'",
  'f("\\")"',
  "f(/[/)]\\)/",
  "f(a / b, c / d",
  "f((a) / b, '/'",
  'if (a) /[)"]/.test(',
  "[a.return / 2, '/'",
  "[a.\n  return / b / c",
  "[typeof /[\"']/",
  "[...typeof /]/",
  "a +",
  "a = // b",
  "a ?",
  "x =>",
  "a,",
];
const CLOSED = [
  "",
  "f()",
  "`${`a`}`",
  "/* a\n*/",
  "'('",
  "/[(]/",
  "a / b",
  "1.",
  "a++",
  "// (",
  // Only a parser can tell.
  "{} /[(]/.test(",
  "let a\n/[(]/.test(",
  "a++ /[(",
  "for await (a of b) /[(]/.test(",
  "'a\\\n(",
  "1 <!-- (",
  "--> (",
  "\\u{61} + (",
  // Invalid.
  "(]",
  "f())(",
  "(/",
  "('",
];

describe("a bracket scanner", () => {
  for (const source of OPEN) {
    it(`is certain that ${JSON.stringify(source)} goes on`, () => assert.equal(isOpen(source), true));
  }
  for (const source of CLOSED) {
    it(`is not certain that ${JSON.stringify(source)} goes on`, () => assert.equal(isOpen(source), false));
  }

  it("never says of complete text that it goes on", async () => {
    const source = readFileSync(new URL(import.meta.url), "utf8").replaceAll(/^(?:import|export) /gm, "void ");
    for (const text of [source, ...OPEN, ...CLOSED]) {
      for (let end = 0; end < Math.min(text.length, 2_000); end += 1) {
        const part = text.slice(0, end);
        if (isOpen(part)) assert.notEqual(await judgeCompleteness(part), "complete", part);
      }
    }
  });

  it("reads lines of any length", () => {
    const long = "\\x(".repeat(1_000_000);
    for (const source of [`"${long}"`, `\`${long}\``, `/${long}/`, `/*${long}*/`]) {
      assert.equal(isOpen(source), false);
      assert.equal(isOpen(`[${source}`), true);
    }
  });
});
