import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Deadlines } from "../../src/client/deadlines.js";

/** Somebody who waits, and notes that the time is over. */
function waitFor(deadlines: Deadlines, name: string, timeoutMs: number, seen: string[]): { expire(): void } {
  const waiting = { expire: () => void seen.push(name) };
  deadlines.add(waiting, timeoutMs);
  return waiting;
}

/** Until the last of the names has been seen. What waits does not keep the process alive, so this does. */
async function untilExpired(deadlines: Deadlines, timeoutMs: number): Promise<void> {
  const alive = setInterval(() => {}, 1_000);
  const target = new EventTarget();
  const expired = once(target, "expired");
  deadlines.add({ expire: () => target.dispatchEvent(new Event("expired")) }, timeoutMs);
  await expired;
  clearInterval(alive);
}

test("each expires once, in the order of their ends, whatever the order of coming", async () => {
  const deadlines = new Deadlines();
  const seen: string[] = [];
  waitFor(deadlines, "late", 30, seen);
  waitFor(deadlines, "early", 2, seen);
  waitFor(deadlines, "middle", 15, seen);
  await untilExpired(deadlines, 45);
  assert.deepEqual(seen, ["early", "middle", "late"]);
});

test("whose time is long stays, and does not hold up who came after it with less", async () => {
  const deadlines = new Deadlines();
  const seen: string[] = [];
  waitFor(deadlines, "long", 600_000, seen);
  waitFor(deadlines, "short", 2, seen);
  await untilExpired(deadlines, 10);
  assert.deepEqual(seen, ["short"]);
  deadlines.clear();
});

test("who was deleted does not expire, and those after it do", async () => {
  const deadlines = new Deadlines();
  const seen: string[] = [];
  const answered = waitFor(deadlines, "answered", 2, seen);
  waitFor(deadlines, "waiting", 10, seen);
  deadlines.delete(answered);
  await untilExpired(deadlines, 20);
  assert.deepEqual(seen, ["waiting"]);
});

test("who is deleted by another's end does not expire with it", async () => {
  const deadlines = new Deadlines();
  const seen: string[] = [];
  const other = { expire: () => void seen.push("other") };
  deadlines.add({ expire: () => deadlines.delete(other) }, 1);
  deadlines.add(other, 1);
  await untilExpired(deadlines, 10);
  assert.deepEqual(seen, []);
});

test("nobody expires once it was cleared, and it can be used again", async () => {
  const deadlines = new Deadlines();
  const seen: string[] = [];
  waitFor(deadlines, "before", 2, seen);
  deadlines.clear();
  await untilExpired(deadlines, 10);
  assert.deepEqual(seen, []);
});
