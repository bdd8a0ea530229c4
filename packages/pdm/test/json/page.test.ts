import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { createContext, runInContext, runInThisContext } from "node:vm";
import { decodeValue } from "../../src/json/decode.js";
import { encodeValue } from "../../src/json/encode.js";

const LIMITS = { depth: 10, items: 100, bytes: 10_000 };

const page = readFileSync(new URL("../../../../../docs/json-values.md", import.meta.url), "utf8");

/** The rows of the page's tables, as their cells. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );

const codeOf = (cell: string | undefined): string => /^`(.*?)`/.exec(cell ?? "")?.[1] ?? "";

const values = rows.filter((cells) => cells.length === 3 && cells[2]?.startsWith("`"));
const marks = rows.filter((cells) => cells.length === 2 && codeOf(cells[1]).startsWith("{"));

describe("the page docs/json-values.md", () => {
  test("has tables of values and of marks", () => {
    assert.ok(values.length >= 20 && marks.length >= 4);
  });

  for (const [what = "", code, form] of values) {
    test(`says how to write ${what}, from any realm, and the form is read and written again`, () => {
      for (const value of [runInThisContext(`(${codeOf(code)})`), runInContext(`(${codeOf(code)})`, createContext())]) {
        assert.equal(encodeValue(value, { limits: LIMITS }), codeOf(form));
      }
      const decoded = decodeValue(JSON.parse(codeOf(form)), { maxDepth: 10 });
      assert.equal(encodeValue(decoded, { limits: LIMITS }), codeOf(form));
    });
  }

  for (const [what = "", mark] of marks) {
    test(`shows the mark of ${what}, which is read and written again`, () => {
      const text = what.startsWith("the rest of an array") ? `[1,${codeOf(mark)}]` : codeOf(mark);
      const decoded = decodeValue(JSON.parse(text), { maxDepth: 10 });
      assert.equal(encodeValue(decoded, { limits: LIMITS }), text);
    });
  }
});
