import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { EventChannel } from "../../src/objects/event-channel.js";
import { isOccasion, shareOccasions } from "../../src/objects/occasion.js";

test("every listener gets every event, in order of subscription", () => {
  const channel = new EventChannel<number>();
  const seen: string[] = [];
  channel.subscribe((event) => seen.push(`a${event}`));
  channel.subscribe((event) => seen.push(`b${event}`));
  channel.notify(1);
  channel.notify(2);
  assert.deepEqual(seen, ["a1", "b1", "a2", "b2"]);
});

test("a listener that throws stops neither the others nor the service, and is reported", async () => {
  const channel = new EventChannel<number>();
  const seen: number[] = [];
  channel.subscribe(() => {
    throw new Error("listener broke");
  });
  channel.subscribe((event) => seen.push(event));
  const warned = once(process, "warning");
  channel.notify(7);
  assert.deepEqual(seen, [7]);
  const [warning] = (await warned) as [Error];
  assert.equal(warning.message, "a listener of an event threw: listener broke");
});

test("a listener may unsubscribe itself or another while it is called", () => {
  const channel = new EventChannel<number>();
  const seen: string[] = [];
  const second = (): unknown => seen.push("second");
  const first = (): void => {
    seen.push("first");
    channel.unsubscribe(first);
    channel.unsubscribe(second);
  };
  channel.subscribe(first);
  channel.subscribe(second);
  channel.subscribe(() => seen.push("third"));
  channel.notify(1);
  channel.notify(2);
  assert.deepEqual(seen, ["first", "third", "third"]);
});

test("a listener that subscribes while it is called hears the next event, not this one", () => {
  const channel = new EventChannel<number>();
  const seen: number[] = [];
  const late = (event: number): unknown => seen.push(event);
  channel.subscribe(() => channel.subscribe(late));
  channel.notify(1);
  channel.notify(2);
  assert.deepEqual(seen, [2]);
});

test("hasSubscribers tells whether making an event is worth it", () => {
  const channel = new EventChannel();
  const listener = (): void => undefined;
  assert.equal(channel.hasSubscribers, false);
  channel.subscribe(listener);
  assert.equal(channel.hasSubscribers, true);
  channel.unsubscribe(listener);
  assert.equal(channel.hasSubscribers, false);
});

test("events are numbered from 1, heard or not, and a listener that shares occasions is told the number", () => {
  const channel = new EventChannel<string>();
  const seen: unknown[] = [];
  assert.equal(channel.sequence, 0);
  channel.notify("unheard");
  channel.subscribe(
    shareOccasions((event: unknown, occasion?: unknown) => {
      seen.push(event, isOccasion(occasion) ? occasion.sequence : undefined);
      if (event === "outer") channel.notify("inner");
    }),
  );
  channel.subscribe((...args: unknown[]) => seen.push(args));
  channel.notify("outer");
  assert.deepEqual(seen, ["outer", 2, "inner", 3, ["inner"], ["outer"]]);
  assert.equal(channel.sequence, 3);
});
