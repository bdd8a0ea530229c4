import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InputBuffer } from "../../src/wire/input-buffer.js";

/** Feeds `text` in chunks of the given sizes, taking lines whenever there are any. */
function takeLines(text: string, sizes: readonly number[]): { lines: string[]; rest: number } {
  const input = new InputBuffer();
  const lines: string[] = [];
  let from = 0;
  for (const size of [...sizes, text.length]) {
    input.append(Buffer.from(text.slice(from, from + size)));
    from += size;
    for (let line = input.takeUntil("\n\n"); line !== undefined; line = input.takeUntil("\n\n"))
      lines.push(line.toString());
    input.compact();
  }
  return { lines, rest: input.length };
}

test("the same messages come out however the bytes were cut", () => {
  const texts = fc.array(fc.constantFrom("a", "b", "\n"), { maxLength: 60 }).map((characters) => characters.join(""));
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 30 }), (text, sizes) => {
      assert.deepEqual(takeLines(text, sizes), takeLines(text, []));
    }),
  );
});

test("take gives exactly the bytes asked for, or nothing and keeps them", () => {
  const input = new InputBuffer();
  input.append(Buffer.from("abc"));
  assert.equal(input.take(4), undefined);
  input.append(Buffer.from("def"));
  assert.equal(input.take(4)?.toString(), "abcd");
  assert.equal(input.length, 2);
});

test("a number is read without being taken, and can be left out of what is taken", () => {
  const input = new InputBuffer();
  input.append(Buffer.from([0xff, 0xff, 0xff]));
  assert.equal(input.peekInt32(), undefined);
  input.append(Buffer.from([0xfe, 0x61, 0x62, 0x63]));
  assert.equal(input.peekInt32(), -2);
  assert.equal(input.take(8, 4), undefined);
  assert.equal(input.take(6, 4)?.toString(), "ab");
  assert.equal(input.length, 1);
});

test("a leftover does not keep the chunk alive that it came in", () => {
  const input = new InputBuffer();
  input.append(Buffer.alloc(65_536));
  input.take(65_530);
  input.compact();
  assert.ok(input.heldBytes < 100, `${input.heldBytes} bytes are held for 6`);
});

test("what is held stays within twice what arrived, one byte at a time too", () => {
  const input = new InputBuffer();
  for (let count = 1; count <= 5_000; count++) {
    input.append(Buffer.from("x"));
    input.compact();
    assert.ok(input.heldBytes <= 2 * count, `${input.heldBytes} bytes are held for ${count}`);
  }
});
