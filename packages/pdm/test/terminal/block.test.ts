import assert from "node:assert/strict";
import { test } from "node:test";
import { Block, MAX_COMMAND_CHARACTERS } from "../../src/terminal/block.js";
import { JAVASCRIPT } from "../../src/terminal/javascript.js";
import type { Language } from "../../src/terminal/language.js";

// Parsed anew at each line this would take many minutes.
test("a function of 20,000 lines is collected until its last, and then is ready", { timeout: 60_000 }, async (t) => {
  const block = new Block(JAVASCRIPT);
  const lines = ["function f() {", ...Array<string>(20_000).fill("  if (a) { b('c'); }")];
  for (const [index, line] of lines.entries()) {
    assert.equal(await block.add(line), false);
    // Lets the time limit be seen.
    if (index % 100 === 0) await new Promise(setImmediate);
    t.signal.throwIfAborted();
  }
  assert.equal(await block.add("}"), true);
  assert.equal(block.take(), [...lines, "}"].join("\n"));
});

test("a new command begins with nothing open, however the one before it ended", async () => {
  const block = new Block(JAVASCRIPT);
  assert.equal(await block.add(`f(${" ".repeat(5_000)}`), false);
  block.drop();
  assert.equal(await block.add("1"), true);
  assert.equal(block.take(), "1");
  assert.equal(await block.add("f("), false);
  assert.equal(block.take(), "f(");
  assert.equal(await block.add("2"), true);
  assert.equal(block.take(), "2");
});

test("empty lines without end are an error before they fill the memory", async () => {
  const endless: Language = { ...JAVASCRIPT, begin: () => async () => false };
  const block = new Block(endless);
  await block.add("x".repeat(MAX_COMMAND_CHARACTERS - 10));
  await assert.rejects(
    async () => {
      for (let count = 0; count < 10; count += 1) await block.add("");
    },
    { code: "ERR_PDM_COMMAND_TOO_LONG" },
  );
});
