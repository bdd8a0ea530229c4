import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { test } from "node:test";
import { takeWriteTurn } from "../../src/session/write-turns.js";

/** Writes that end when they are told to. */
class Writes {
  readonly log: string[] = [];
  readonly #finish = new Map<string, () => void>();

  begin(name: string): Promise<void> {
    this.log.push(`begin ${name}`);
    return new Promise((resolve) => {
      this.#finish.set(name, resolve);
    });
  }

  async end(name: string): Promise<void> {
    this.log.push(`end ${name}`);
    this.#finish.get(name)?.();
    await nextTurn();
  }
}

test("what is synchronous is done at once", () => {
  const object = {};
  assert.equal(
    takeWriteTurn(object, Infinity, () => 1),
    1,
  );
  assert.equal(
    takeWriteTurn(object, Infinity, () => 2),
    2,
  );
});

test("a pending write keeps those to the same object waiting, in order, and no others; a failure keeps nobody", async () => {
  const object = {};
  const writes = new Writes();
  const failed = takeWriteTurn(object, Infinity, () => writes.begin("a").then(() => assert.fail("a")));
  void takeWriteTurn(object, Infinity, () => writes.begin("b"));
  void takeWriteTurn(object, Infinity, () => writes.begin("c"));
  void takeWriteTurn({}, Infinity, () => writes.begin("other"));
  assert.deepEqual(writes.log, ["begin a", "begin other"]);
  await Promise.all([assert.rejects(async () => failed), writes.end("a")]);
  await writes.end("b");
  await writes.end("c");
  assert.deepEqual(writes.log, ["begin a", "begin other", "end a", "begin b", "end b", "begin c", "end c"]);
  assert.equal(
    takeWriteTurn(object, Infinity, () => 1),
    1,
  );
});

test("one that takes too long is not waited for, and who waited behind it keeps to the order all the same", async () => {
  const object = {};
  const writes = new Writes();
  void takeWriteTurn(object, Infinity, () => writes.begin("first"));
  void takeWriteTurn(object, Infinity, () => writes.begin("second"));
  void takeWriteTurn(object, -1, () => writes.begin("third"));
  assert.deepEqual(writes.log, ["begin first", "begin third"]);
  await writes.end("first");
  await writes.end("third");
  await writes.end("second");
  assert.deepEqual(writes.log, ["begin first", "begin third", "end first", "end third", "begin second", "end second"]);
});
