import assert from "node:assert/strict";
import { test } from "node:test";
import { EventQueue } from "../../src/session/event-queue.js";
import type { QueuedEventSource } from "../../src/session/event-queue.js";

class Source implements QueuedEventSource {
  lost = 0;

  countLost(): void {
    this.lost += 1;
  }

  takeLossNotice(): Buffer | undefined {
    if (this.lost === 0) return undefined;
    const notice = Buffer.from(`[${this.lost} lost]`);
    this.lost = 0;
    return notice;
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

test("an event larger than the whole queue is lost and counted, and the others with it", () => {
  const queue = new EventQueue(1_000);
  const source = new Source();
  queue.push(Buffer.from("small"), source);
  queue.push(Buffer.alloc(2_000), source);
  assert.equal(source.lost, 2);
  assert.deepEqual(drain(queue), []);
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
