import assert from "node:assert/strict";
import { test } from "node:test";
import { measureText } from "../../../src/terminal/editor/display-width.js";
import { layOut, type View } from "../../../src/terminal/editor/layout.js";
import { Palette } from "../../../src/terminal/editor/style.js";

const PLAIN = new Palette(false);

function view(marked: string, more: Partial<View> = {}): View {
  return {
    prompt: { text: "> ", style: "plain" },
    continuation: { text: "  ", style: "plain" },
    text: marked.replace("|", ""),
    spans: [],
    cursor: marked.indexOf("|"),
    below: [],
    ...more,
  };
}

const WIDTHS: [text: string, columns: number][] = [
  ["abc", 3],
  ["e\u0301", 1],
  ["日本", 4],
  ["한글", 4],
  ["ｱ", 1],
  ["😀", 2],
  ["👍🏽", 2],
  ["🇩🇪", 2],
  ["☀", 1],
  ["☀️", 2],
  ["\u200b", 0],
  ["a\u0308\u0323b", 2],
];
for (const [text, columns] of WIDTHS) {
  test(`${JSON.stringify(text)} takes ${columns} columns`, () => assert.equal(measureText(text), columns));
}

const CASES: [title: string, marked: string, rows: string[], cursor: [row: number, column: number]][] = [
  ["a short text is one row", "ab|c", ["> abc"], [0, 4]],
  ["each line begins with a prompt", "a\nb|", ["> a", "  b"], [1, 3]],
  ["a long line is wrapped", "12345678|90", ["> 12345678", "90"], [1, 0]],
  ["behind a full row the cursor stands in the next", "12345678|", ["> 12345678", ""], [1, 0]],
  ["at a line feed behind a full row too", "12345678|\nb", ["> 12345678", "", "  b"], [1, 0]],
  ["a wide character is not cut in two", "1234567日|", ["> 1234567", "日"], [1, 2]],
  ["a combining mark stays with its letter", "1234567e\u0301|x", ["> 1234567e\u0301", "x"], [1, 0]],
  ["a tab is four columns", "\t|x", [">     x"], [0, 6]],
  ["control characters are written out", "\u001B[2J\u0085|\u202E", ["> ^[[2J", "<85><202e>"], [1, 4]],
];
for (const [title, marked, rows, [row, column]] of CASES) {
  test(`on ten columns ${title}`, () => {
    const frame = layOut(view(marked), PLAIN, 10, 100);
    assert.deepEqual([frame.rows.map(({ text }) => text), frame.cursorRow, frame.cursorColumn], [rows, row, column]);
  });
}

test("of a text that is higher than the terminal the part around the cursor is shown", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const text = lines.join("\n");
  const cursor = text.indexOf("line 50");
  const frame = layOut({ ...view(text), cursor }, PLAIN, 40, 5);
  assert.equal(frame.rows.length, 5);
  assert.equal(frame.rows[frame.cursorRow]?.text, "  line 50");
});

test("rows below the text are shown as far as there is room", () => {
  const frame = layOut(view("a\nb|", { below: ["1", "2", "3"] }), PLAIN, 40, 4);
  assert.deepEqual(
    frame.rows.map(({ text }) => text),
    ["> a", "  b", "1", "2"],
  );
  assert.deepEqual([frame.cursorRow, frame.cursorColumn], [1, 3]);
});

test("pieces of the text are in their colours, also where they are wrapped, and there are none without colours", () => {
  const colored = view("ab|cdefghi", { spans: [{ start: 6, end: 9, style: "string" }] });
  const rows = layOut(colored, new Palette(true), 10, 100).rows.map(({ text }) => text);
  assert.deepEqual(rows, ["> abcdef\u001B[32mgh\u001B[0m", "\u001B[32mi\u001B[0m"]);
  assert.deepEqual(
    layOut(colored, PLAIN, 10, 100).rows.map(({ text }) => text),
    ["> abcdefgh", "i"],
  );
});
