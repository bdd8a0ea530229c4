import assert from "node:assert/strict";
import { test } from "node:test";
import { EventQueue } from "../../src/session/event-queue.js";
import type { QueuedEventSource } from "../../src/session/event-queue.js";

class Source implements QueuedEventSource {
  lost = 0;

  countLost(count: number): void {
    this.lost += count;
  }

  takeLossNotice(lostBefore: number): Buffer | undefined {
    const lost = this.lost + lostBefore;
    this.lost = 0;
    return lost === 0 ? undefined : Buffer.from(`[${lost} lost]`);
  }
}

function drain(queue: EventQueue): string[] {
  const taken: string[] = [];
  for (let event = queue.take(); event !== undefined; event = queue.take()) taken.push(event.toString());
  return taken;
}

test("events leave in the order in which they came", () => {
  const queue = new EventQueue(1_000_000);
  const source = new Source();
  for (let number = 0; number < 100; number++) queue.push(Buffer.from(`${number}`), source);
  assert.deepEqual(
    drain(queue),
    Array.from({ length: 100 }, (_, number) => `${number}`),
  );
  assert.equal(queue.heldBytes, 0);
});

test("over the limit the oldest are lost, and the next event of their source says how many", () => {
  const queue = new EventQueue(1_300);
  const loud = new Source();
  const quiet = new Source();
  queue.push(Buffer.alloc(100, "a"), loud);
  queue.push(Buffer.alloc(100, "b"), loud);
  queue.push(Buffer.alloc(100, "c"), quiet);
  queue.push(Buffer.alloc(100, "d"), loud);
  queue.push(Buffer.alloc(100, "e"), loud);
  assert.deepEqual(
    drain(queue).map((event) => event.replace(/(.)\1+$/u, "$1")),
    ["c", "[2 lost]d", "e"],
  );
});

test("the newest event stays, however large it is", () => {
  const queue = new EventQueue(1_000);
  const source = new Source();
  queue.push(Buffer.from("small"), source);
  queue.push(Buffer.alloc(2_000, "x"), source);
  assert.match(drain(queue).join(), /^\[1 lost\]x+$/u);
});

test("a loss before an event is told right before that event, or with those of the queue if it is lost itself", () => {
  const queue = new EventQueue(1_000_000);
  const source = new Source();
  queue.push(Buffer.from("1"), source);
  queue.push(Buffer.from("4"), source, 2);
  assert.deepEqual(drain(queue), ["1", "[2 lost]4"]);
  const small = new EventQueue(1_300);
  for (const lostBefore of [0, 2, 0, 0, 0]) small.push(Buffer.alloc(100, "e"), source, lostBefore);
  assert.match(drain(small)[0] ?? "", /^\[4 lost\]e+$/u);
});

test("a source that ended takes its events along, and they count as nobody's loss", () => {
  const queue = new EventQueue(1_000_000);
  const ended = new Source();
  const other = new Source();
  queue.push(Buffer.from("1"), ended);
  queue.push(Buffer.from("2"), other);
  queue.push(Buffer.from("3"), ended);
  queue.discard(ended);
  assert.deepEqual(drain(queue), ["2"]);
  assert.equal(ended.lost, 0);
});
