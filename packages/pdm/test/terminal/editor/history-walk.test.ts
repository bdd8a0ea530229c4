import assert from "node:assert/strict";
import { test } from "node:test";
import { HistoryWalk } from "../../../src/terminal/editor/history-walk.js";
import { HistorySearch } from "../../../src/terminal/editor/search.js";

const ENTRIES = ["let c", "let c", "orders", "let b", "Orders.find", "let a"];

test("going back passes entries that begin with what was typed, the same one once, and forward leads to what was typed", () => {
  const walk = new HistoryWalk(ENTRIES, "let", "let");
  assert.deepEqual([walk.back(), walk.back(), walk.back(), walk.back()], ["let c", "let b", "let a", undefined]);
  assert.deepEqual(
    [walk.forward(), walk.forward(), walk.forward(), walk.forward()],
    ["let b", "let c", "let", undefined],
  );
});

test("a walk goes on only from the entry that it led to", () => {
  const walk = new HistoryWalk(ENTRIES, "", "");
  walk.back();
  assert.equal(walk.isAt("let c"), true);
  assert.equal(walk.isAt("let cc"), false);
});

test("a search finds a text anywhere, newest first, and small letters fit capitals too", () => {
  const search = new HistorySearch(ENTRIES);
  search.setQuery("rd");
  assert.deepEqual([search.entry, search.matchStart], ["orders", 1]);
  search.next("older");
  assert.equal(search.entry, "Orders.find");
  search.next("older");
  assert.deepEqual([search.entry, search.failed], ["Orders.find", true]);
  search.next("newer");
  assert.deepEqual([search.entry, search.failed], ["orders", false]);
  search.setQuery("O");
  assert.equal(search.entry, "Orders.find");
});

test("a search that finds nothing says so, and a shorter text finds again", () => {
  const search = new HistorySearch(ENTRIES);
  search.setQuery("let b");
  search.setQuery("let bx");
  assert.deepEqual([search.entry, search.failed], ["let b", true]);
  search.setQuery("let");
  assert.deepEqual([search.entry, search.failed], ["let c", false]);
  search.setQuery("");
  assert.equal(search.entry, undefined);
});
