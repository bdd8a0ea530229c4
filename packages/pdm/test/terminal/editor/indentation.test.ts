import assert from "node:assert/strict";
import { before, test } from "node:test";
import { JAVASCRIPT } from "../../../src/terminal/javascript.js";

// The tokenizer comes with the parser.
before(() => JAVASCRIPT.judge("1"));

const INDENTED: [title: string, before: string, blanks: string][] = [
  ["behind an open bracket is one level deeper", "if (a) {", "  "],
  ["within brackets that were opened together too", "f({", "  "],
  ["within a block goes on in it", "if (a) {\n  b();", "  "],
  ["two blocks deep is two levels deep", "if (a) {\n  for (;;) {", "    "],
  ["behind a closed block is where that began", "if (a) {\n  for (;;) {\n  }", "  "],
  ["behind an operator is one level deeper", "const a = b +", "  "],
  ["behind an arrow too", "const f = () =>", "  "],
  ["behind a comma in a list is where its items are", "const a = [\n  1,", "  "],
  ["behind a comment is as if it were not there", "if (a) { // {{{", "  "],
  ["in a template has no blanks, which would be its text", "const a = `b {", ""],
  ["of a comment is like the one before", "/*\n   a", "   "],
  ["behind a bracket in a string is no deeper", 'a("{");', ""],
  ["behind a bracket in a regular expression is no deeper", "a(/[{]/);", ""],
  ["behind a template's expression is no deeper", "a(`${b}`);", ""],
];
for (const [title, text, blanks] of INDENTED) {
  test(`a new line ${title}`, () => assert.equal(JAVASCRIPT.indent(text), blanks));
}

const DEDENTED: [title: string, before: string, typed: string, blanks: string | undefined][] = [
  ["a bracket that closes a block goes to where that began", "if (a) {\n  b();\n  ", "}", ""],
  ["an inner one to where the inner began", "if (a) {\n  for (;;) {\n    ", "}", "  "],
  ["one behind code stays", "if (a) {\n  b(c", ")", undefined],
  ["one that closes nothing stays", "  ", "}", undefined],
  ["a letter stays", "if (a) {\n  ", "b", undefined],
  ["one in a template stays", "a(`\n  ", "}", undefined],
];
for (const [title, text, typed, blanks] of DEDENTED) {
  test(`of what is typed first in a line ${title}`, () => assert.equal(JAVASCRIPT.dedent(text, typed), blanks));
}
