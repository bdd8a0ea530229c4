import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenizeSource } from "../../src/syntax/tokenizer.js";

/** Each piece as `kind:text`, names and signs left out. */
function read(source: string): string[] {
  const { tokens } = tokenizeSource(source);
  return tokens
    .filter(({ kind }) => kind !== "name" && kind !== "sign")
    .map(({ kind, start, end }) => `${kind}:${source.slice(start, end)}`);
}

const READ: [title: string, source: string, pieces: string[]][] = [
  ["words, numbers and strings", "const a = 'b' + 1n", ["keyword:const", "string:'b'", "number:1n"]],
  ["constants", "[true, null, this]", ["constant:true", "constant:null", "constant:this"]],
  ["words that are names elsewhere", "let a = await b", ["keyword:let", "keyword:await"]],
  ["a regular expression and a division", "a = /b[/]/g; c / d / e", ["regexp:/b[/]/g"]],
  ["templates with code in them", "`a${1}b`", ["string:`", "string:a", "number:1", "string:b", "string:`"]],
  ["comments between code", "a /* b */ 1 // c", ["comment:/* b */", "number:1", "comment:// c"]],
  ["a string that is not closed, and what follows it", "'ab\nlet c", ["string:'ab", "keyword:let"]],
  ["a template that is not closed", "a(`b\nc", ["string:`", "string:b\nc"]],
  ["a comment that is not closed", "a /* b\nc", ["comment:/* b\nc"]],
  ["what makes no sense is left out", "let # @ 1", ["keyword:let", "number:1"]],
  ["types of TypeScript", "let a: string = 'b'", ["keyword:let", "string:'b'"]],
  ["nothing", "", []],
];
for (const [title, source, pieces] of READ) {
  test(`code is read for the eye: ${title}`, () => assert.deepEqual(read(source), pieces));
}

test("open brackets are told from outside in, and what the text ends in", () => {
  assert.deepEqual(tokenizeSource("f({ a: [1], b: `${").open, [1, 2, 16]);
  assert.deepEqual(tokenizeSource("f('(') + `)`").open, []);
  assert.equal(tokenizeSource("f(`a").inside, "template");
  assert.equal(tokenizeSource("/* a").inside, "comment");
});

test("a text of nothing but errors is given up, not read for ever", () => {
  assert.deepEqual(read("@".repeat(100_000)), []);
});
