import assert from "node:assert/strict";
import { test } from "node:test";
import { TextBuffer } from "../../../src/terminal/editor/text-buffer.js";

/** A text with the cursor at `|`. */
function open(marked: string): TextBuffer {
  const buffer = new TextBuffer(undefined, marked.replace("|", ""));
  buffer.moveTo(marked.indexOf("|"));
  return buffer;
}

function show({ text, cursor }: TextBuffer): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

type Act = (buffer: TextBuffer) => void;

const CASES: [title: string, before: string, act: Act, after: string][] = [
  ["text goes in at the cursor", "a|b", (b) => b.insert("xy"), "axy|b"],
  ["a letter with its accents is one step", "e\u0301|", (b) => b.moveLeft(), "|e\u0301"],
  ["a family is one character to delete", "a👨‍👩‍👧|b", (b) => b.deleteBackward(), "a|b"],
  ["the character at the cursor goes", "a|😀b", (b) => b.deleteForward(), "a|b"],
  ["nothing is before the start", "|a", (b) => b.deleteBackward(), "|a"],
  ["a line feed is one step", "a\n|b", (b) => b.moveLeft(), "a|\nb"],
  ["lines are joined by deleting", "a\n|b", (b) => b.deleteBackward(), "a|b"],
  ["words are passed with the signs behind them", "foo.bar(baz)|", (b) => b.moveWordLeft(), "foo.bar(|baz)"],
  ["words are passed with the signs before them", "foo|.bar(baz)", (b) => b.moveWordRight(), "foo.bar|(baz)"],
  ["Home goes to the first letter of the line", "x\n  abc|", (b) => b.moveHome(), "x\n  |abc"],
  ["Home again goes to the start of the line", "x\n  |abc", (b) => b.moveHome(), "x\n|  abc"],
  ["End goes to the end of the line", "a|b\nc", (b) => b.moveEnd(), "ab|\nc"],
  ["up keeps to the column", "abc\nde|f", (b) => b.moveUp(), "ab|c\ndef"],
  ["up goes to the end of a shorter line", "a\nde|f", (b) => b.moveUp(), "a|\ndef"],
  ["up counts wide characters as two", "abcd\n日|本", (b) => b.moveUp(), "ab|cd\n日本"],
  ["the column is kept over a shorter line", "abcd\n\nabc|d", (b) => (b.moveUp(), b.moveUp()), "abc|d\n\nabcd"],
  ["down goes to the next line", "a|b\ncd\ne", (b) => b.moveDown(), "ab\nc|d\ne"],
  ["the rest of the line is killed", "a|bc\nd", (b) => b.killToLineEnd(), "a|\nd"],
  ["at the end of the line its line feed is killed", "a|\nd", (b) => b.killToLineEnd(), "a|d"],
  ["the start of the line is killed", "x\nab|c", (b) => b.killToLineStart(), "x\n|c"],
  ["a word up to blanks is killed", "a b.c |d", (b) => b.killBlankWordLeft(), "a |d"],
  ["a word is killed to the left", "a.b|c", (b) => b.killWordLeft(), "a.|c"],
  ["a word is killed to the right", "a|.b c", (b) => b.killWordRight(), "a| c"],
  ["what was killed comes back", "ab|", (b) => (b.killToLineStart(), b.insert("x"), b.yank()), "xab|"],
  [
    "what was killed in a row comes back as one",
    "a b c|",
    (b) => (b.killWordLeft(), b.killWordLeft(), b.yank()),
    "a b c|",
  ],
  [
    "what was killed before comes instead",
    "a b|",
    (b) => (b.killWordLeft(), b.moveLeft(), b.killWordLeft(), b.yank(), b.yankOlder()),
    "b| ",
  ],
  ["two characters change places", "a|b", (b) => b.transpose(), "ba|"],
  ["at the end the two before it do", "ab|", (b) => b.transpose(), "ba|"],
];
for (const [title, before, act, after] of CASES) {
  test(`in a text ${title}`, () => {
    const buffer = open(before);
    act(buffer);
    assert.equal(show(buffer), after);
  });
}

test("undo takes back typed words, not letters, and redo brings them back", () => {
  const buffer = open("|");
  for (const letter of "one two") buffer.insert(letter);
  buffer.undo();
  assert.equal(buffer.text, "one ");
  buffer.undo();
  buffer.undo();
  assert.equal(buffer.text, "");
  for (let count = 0; count < 3; count += 1) buffer.redo();
  assert.equal(show(buffer), "one two|");
  buffer.undo();
  buffer.insert("x");
  buffer.redo();
  assert.equal(buffer.text, "one x");
});

test("undo without anything to take back changes nothing", () => {
  const buffer = open("ab|");
  buffer.undo();
  buffer.redo();
  assert.equal(show(buffer), "ab|");
});

test("long texts are taken back only as long as there is room for them", () => {
  const buffer = open("|");
  for (let count = 0; count < 30; count += 1) buffer.setText(String(count).padEnd(500_000, "x"));
  let steps = 0;
  for (let before = ""; before !== buffer.text; steps += 1) {
    before = buffer.text;
    buffer.undo();
  }
  assert.ok(steps > 3 && steps < 12, String(steps));
});
