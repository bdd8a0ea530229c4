import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { Block, MAX_COMMAND_CHARACTERS } from "../../src/terminal/block.js";
import { JAVASCRIPT } from "../../src/terminal/javascript.js";
import { PAUSE, readSourceLines, splitSourceLines, type SourceLine } from "../../src/terminal/source-lines.js";

async function readAll(chunks: Buffer[], hasMore = true): Promise<SourceLine[]> {
  const lines: SourceLine[] = [];
  for await (const line of readSourceLines(Readable.from(chunks), () => hasMore)) lines.push(line);
  return lines;
}

test("lines are the same however the bytes are cut", async () => {
  const text = Buffer.from("one\r\n\né€😀\n\r\n  last");
  const expected = ["one", "", "é€😀", "", "  last"];
  assert.deepEqual(splitSourceLines(text.toString()), expected);
  assert.deepEqual(await readAll([text]), expected);
  assert.deepEqual(await readAll([...text].map((byte) => Buffer.of(byte))), expected);
});

test("a pause follows what came in at once, but not where a line is begun or more is known to come", async () => {
  const chunks = ["a\nb\n", "c\nd", "e\n"].map((text) => Buffer.from(text));
  assert.deepEqual(await readAll(chunks, false), ["a", "b", PAUSE, "c", "de", PAUSE]);
  assert.deepEqual(await readAll(chunks), ["a", "b", "c", "de"]);
});

test("invalid UTF-8 is replaced, also where the input ends in the middle of a character", async () => {
  assert.deepEqual(await readAll([Buffer.from([0x61, 0xff, 0x0a, 0xe2, 0x82])]), ["a\uFFFD", "\uFFFD"]);
});

test("an endless line is an error before it fills the memory", async () => {
  const block = new Block(JAVASCRIPT);
  let chunks = 0;
  const endless = Readable.from(
    (function* () {
      for (;;) {
        chunks += 1;
        yield Buffer.alloc(1_048_576, "x");
      }
    })(),
  );
  await assert.rejects(
    async () => {
      for await (const line of readSourceLines(endless, () => true)) {
        if (line !== PAUSE) await block.add(line);
      }
    },
    { code: "ERR_PDM_COMMAND_TOO_LONG" },
  );
  assert.ok(chunks < MAX_COMMAND_CHARACTERS / 1_048_576 + 40);
  assert.ok(block.isEmpty);
});
