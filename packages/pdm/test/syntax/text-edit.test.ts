import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { applyEdits, blank } from "../../src/syntax/text-edit.js";

describe("applyEdits", () => {
  it("applies edits by place, and those of one place in the order given", () => {
    const edits = [
      { start: 4, end: 5, text: "E!" },
      { start: 1, end: 1, text: "1" },
      { start: 1, end: 1, text: "2" },
      { start: 1, end: 2, text: "" },
    ];
    const { text, offsets } = applyEdits("abcde", edits);
    assert.equal(text, "a12cdE!");
    assert.deepEqual(
      edits.map((edit) => offsets.get(edit)),
      [5, 1, 2, 3],
    );
  });

  it("tells for each column behind an edit what column of the source it is, line by line", () => {
    const source = "ab cd\r\nef gh\u2028ij";
    const { text, shifts } = applyEdits(source, [
      { start: 3, end: 3, text: "+++" },
      { start: 10, end: 12, text: "" },
      { start: 14, end: 14, text: "(" },
    ]);
    assert.equal(text, "ab +++cd\r\nef \u2028i(j".replace("\u2028i(j", "\u2028i(j"));
    for (const [line, column, expected] of [
      [1, 2, 2],
      [1, 5, 4],
      [1, 7, 4],
      [1, 8, 5],
      [2, 3, 3],
      [2, 4, 6],
      [3, 1, 1],
      [3, 3, 2],
    ] as const) {
      const shift = shifts.findLast((one) => one.line === line && one.column <= column);
      const found = shift ? shift.sourceColumn + (shift.fixed ? 0 : column - shift.column) : column;
      assert.equal(found, expected, `line ${line}, column ${column}`);
    }
  });

  it("reports the character behind an edit where the edit says", () => {
    const { shifts } = applyEdits("abcd", [{ start: 2, end: 2, text: ")", origin: 0 }]);
    assert.deepEqual(
      shifts.map(({ column, sourceColumn, fixed }) => [column, sourceColumn, fixed]),
      [
        [3, 3, true],
        [4, 1, true],
        [5, 4, false],
      ],
    );
  });
});

describe("blank", () => {
  it("leaves the line ends, and the length", () => {
    assert.equal(blank("a😀\tb\r\nc\u2028d"), "     \r\n \u2028 ");
  });
});
