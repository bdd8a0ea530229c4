import assert from "node:assert/strict";
import { test } from "node:test";
import { FramingError, sealFrame, takeFrame } from "../../src/wire/frame.js";
import { InputBuffer } from "../../src/wire/input-buffer.js";

function bufferOf(...bytes: number[]): InputBuffer {
  const input = new InputBuffer();
  input.append(Buffer.from(bytes));
  return input;
}

test("a frame's length is big-endian and does not count the header", () => {
  assert.deepEqual([...sealFrame(Buffer.from([9, 9, 9, 9, 1, 2, 3]))], [0, 0, 0, 3, 1, 2, 3]);
  assert.deepEqual([...(takeFrame(bufferOf(0, 0, 0, 2, 7, 8, 9), 10) ?? [])], [7, 8]);
});

test("an incomplete frame is waited for", () => {
  for (const bytes of [[], [0], [0, 0, 0], [0, 0, 0, 2], [0, 0, 0, 2, 7]]) {
    const input = bufferOf(...bytes);
    assert.equal(takeFrame(input, 10), undefined);
    assert.equal(input.length, bytes.length);
  }
});

test("a length over the limit and a negative one are refused before the body has come", () => {
  assert.throws(() => takeFrame(bufferOf(0, 0, 0, 11), 10), FramingError);
  assert.throws(() => takeFrame(bufferOf(0xff, 0xff, 0xff, 0xff), 10), { code: "ERR_PDM_FRAME", message: /negative/u });
});

test("an empty frame is a frame", () => {
  assert.equal(takeFrame(bufferOf(0, 0, 0, 0), 10)?.length, 0);
});
