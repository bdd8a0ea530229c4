/* oxlint-disable no-control-regex -- Colours are made of control characters. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReplCompletion, ReplCompletionItem } from "../../../src/client/repl-session.js";
import { Completer } from "../../../src/terminal/editor/completer.js";
import type { Key } from "../../../src/terminal/editor/keys.js";
import { findCommonPrefix, Menu } from "../../../src/terminal/editor/menu.js";
import { Palette } from "../../../src/terminal/editor/style.js";
import { TextBuffer } from "../../../src/terminal/editor/text-buffer.js";

const PLAIN = new Palette(false);
const TAB: Key = { kind: "key", name: "tab" };
const ENTER: Key = { kind: "key", name: "enter" };

function item(text: string, more: Partial<ReplCompletionItem> = {}): ReplCompletionItem {
  return { text, kind: "property", ...more };
}

function completion(from: number, to: number, texts: readonly string[], isCut = false): ReplCompletion {
  return { from, to, items: texts.map((text) => item(text)), isCut };
}

/** The rows, with the chosen item in brackets. */
function show(menu: Menu, columns = 40, rows = 20): string[] {
  return menu.show(PLAIN, columns, rows).map((row) => row.replace(/\u001B\[7m(.*?)\u001B\[0m/, "[$1]").trimEnd());
}

test("few items are listed with what they are", () => {
  const items = [
    item("get", { kind: "method", detail: "(key)", from: "Map.prototype" }),
    item("size", { kind: "getter", detail: "number" }),
  ];
  const menu = new Menu({ from: 0, to: 0, items, isCut: false });
  assert.deepEqual(show(menu), ["[get ]  method of Map.prototype (key)", "size  getter number"]);
  menu.move("next");
  assert.deepEqual(show(menu), ["get   method of Map.prototype (key)", "[size]  getter number"]);
});

test("many stand in columns, with a row that says what the chosen one is", () => {
  const texts = Array.from({ length: 20 }, (_, index) => `name${index}`);
  const menu = new Menu(completion(0, 0, texts));
  assert.match(show(menu, 40, 8)[0] ?? "", /^\[name0\] {2}name7/);
  menu.move("right");
  menu.move("next");
  const rows = show(menu, 40, 8);
  assert.equal(rows[0], "name0  name7   name14");
  assert.equal(rows[1], "name1  [name8 ]  name15");
  assert.equal(rows.at(-1), "9 of 20: name8  property");
  menu.move("left");
  assert.equal(menu.selected?.text, "name1");
  menu.move("previous");
  menu.move("previous");
  assert.equal(menu.selected?.text, "name19");
});

test("columns that do not fit are scrolled to, and no row is wider than the terminal", () => {
  const texts = Array.from({ length: 100 }, (_, index) => `a-rather-long-name-${index}`);
  const menu = new Menu(completion(0, 0, texts));
  for (let count = 0; count < 60; count += 1) menu.move("next");
  const rows = show(menu, 50, 10);
  assert.ok(
    rows.some((row) => row.includes("[a-rather-long-name-60]")),
    rows.join("\n"),
  );
  assert.ok(rows.every((row) => row.length <= 52));
});

test("names of a service cannot drive the terminal", () => {
  const [row] = show(new Menu({ from: 0, to: 0, items: [item("a\u001B[2J"), item("b")], isCut: false }));
  assert.equal(row, "[a^[[2J]  property");
});

test("the common start of names is found", () => {
  assert.equal(findCommonPrefix(["order", "orders", "ordinal"].map((text) => item(text))), "ord");
  assert.equal(findCommonPrefix([]), "");
});

/** A buffer at the end of `text`, with what completes it. */
function prepare(text: string, answers: (text: string) => Promise<ReplCompletion>): [TextBuffer, Completer] {
  const buffer = new TextBuffer();
  buffer.insert(text);
  return [buffer, new Completer(answers, () => {})];
}

test("the only name is taken, the common start is completed first, and then a menu opens", async () => {
  const [buffer, completer] = prepare("a.or", async (text) =>
    completion(2, text.length, text === "a.x" ? ["xyz"] : ["orders", "ordinals"]),
  );
  completer.request(buffer);
  await new Promise(setImmediate);
  assert.equal(buffer.text, "a.ord");
  assert.deepEqual(completer.show(PLAIN, 40, 10), []);
  completer.request(buffer);
  await new Promise(setImmediate);
  assert.equal(completer.handle(buffer, TAB), true);
  assert.equal(completer.handle(buffer, ENTER), true);
  assert.equal(buffer.text, "a.ordinals");
  buffer.setText("a.x");
  completer.request(buffer);
  await new Promise(setImmediate);
  assert.equal(buffer.text, "a.xyz");
});

test("what is typed narrows an open menu, and what no name begins with closes it", async () => {
  const [buffer, completer] = prepare("a.", async () => completion(2, 2, ["alpha", "beta", "bravo"]));
  completer.request(buffer);
  await new Promise(setImmediate);
  assert.equal(completer.handle(buffer, { kind: "text", text: "b" }), true);
  assert.equal(completer.show(PLAIN, 40, 10).length, 2);
  assert.equal(completer.handle(buffer, { kind: "text", text: "r" }), true);
  assert.equal(completer.handle(buffer, ENTER), true);
  assert.equal(buffer.text, "a.bravo");
  buffer.setText("a.");
  completer.request(buffer);
  await new Promise(setImmediate);
  completer.handle(buffer, { kind: "text", text: "z" });
  assert.deepEqual([buffer.text, completer.show(PLAIN, 40, 10)], ["a.z", []]);
});

test("any other key closes the menu and means what it always does", async () => {
  const [buffer, completer] = prepare("a.", async () => completion(2, 2, ["alpha", "beta"]));
  completer.request(buffer);
  await new Promise(setImmediate);
  assert.equal(completer.handle(buffer, { kind: "text", text: "(" }), false);
  assert.deepEqual(completer.show(PLAIN, 40, 10), []);
});

test("an answer for a text that has changed since is dropped", async () => {
  const [buffer, completer] = prepare("a.or", async () => completion(2, 4, ["orders"]));
  completer.request(buffer);
  buffer.insert("x");
  await new Promise(setImmediate);
  assert.equal(buffer.text, "a.orx");
});

test("what fails is said, until the next key", async () => {
  const [buffer, completer] = prepare("a.", () => Promise.reject(new Error("too late")));
  completer.request(buffer);
  await new Promise(setImmediate);
  assert.deepEqual(completer.show(PLAIN, 40, 10), ["no completions: too late"]);
  completer.clearNote();
  assert.deepEqual(completer.show(PLAIN, 40, 10), []);
});
