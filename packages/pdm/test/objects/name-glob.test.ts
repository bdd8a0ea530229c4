import assert from "node:assert/strict";
import { test } from "node:test";
import { compileGlob } from "../../src/objects/name-glob.js";

const cases: readonly (readonly [glob: string, names: string[], others: string[]])[] = [
  ["shop.orders", ["shop.orders"], ["shop.orders/count", "shop.order", "shopXorders"]],
  ["shop.*", ["shop.", "shop.orders", "shop.orders.placed"], ["shop", "shop.orders/count", "other.shop.a"]],
  ["shop.**", ["shop.orders", "shop.orders/count/x"], ["shop", "other"]],
  ["**", ["", "a", "a/b/c"], []],
  ["*/count", ["shop.orders/count", "/count"], ["a/b/count", "count"]],
  ["**/count", ["a/b/count", "/count"], ["count", "a/counts"]],
  ["shop.?", ["shop.a", "shop.\u{1f600}"], ["shop.", "shop.ab", "shop./"]],
  ["a*b**c?d", ["abcxd", "aXbX/YcXd", "abcbcxd"], ["a/bcxd", "abc/d", "abcxdd"]],
  ["***", ["a/b"], []],
  ["a.b", ["a.b"], ["axb"]],
  ["[a]", ["[a]"], ["a"]],
];
for (const [glob, names, others] of cases) {
  test(`the glob ${glob} matches whole names`, () => {
    const matches = compileGlob(glob);
    for (const name of names) assert.equal(matches(name), true, name);
    for (const name of others) assert.equal(matches(name), false, name);
  });
}

test("no glob takes longer than its length times the name's", () => {
  const matches = compileGlob(`${"*a".repeat(500)}b`);
  assert.equal(matches("a".repeat(5_000)), false);
  assert.equal(compileGlob(`${"**a*".repeat(200)}b`)("a".repeat(5_000)), false);
});

test("an empty glob and one over the limit are refused", () => {
  assert.throws(() => compileGlob(""), { code: "ERR_PDM_GLOB" });
  assert.throws(() => compileGlob("a".repeat(1_025)), { code: "ERR_PDM_GLOB", message: /at most 1024 characters/u });
});
