import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { connect } from "../../src/client.js";
import type { Client, EventStream } from "../../src/client.js";
import { EventChannel, expose, FinishEvent, listen } from "../../src/index.js";
import type { Listener } from "../../src/index.js";
import { DEFAULT_LIMITS } from "../../src/limits.js";
import { encodeEventBody, encodeEventHead, encodeMessage, joinEventFrame } from "../../src/perf/message.js";
import { createEvent } from "../../src/perf/python-form.js";
import { decodePickle } from "../../src/pickle/decode.js";
import { Float, Tuple } from "../../src/pickle/values.js";
import { FRAME_HEADER_BYTES } from "../../src/wire/frame.js";

const happened = new EventChannel();
/** A source that is no channel, and calls its listeners with something more. */
const foreign = {
  listeners: new Set<(event: unknown, more: unknown) => void>(),
  subscribe: (listener: (event: unknown) => void) => foreign.listeners.add(listener),
  unsubscribe: (listener: (event: unknown) => void) => foreign.listeners.delete(listener),
  tell: (event: unknown) => {
    for (const listener of foreign.listeners) listener(event, foreign);
  },
};

const folder = mkdtempSync(path.join(tmpdir(), "pdm-test-"));
let listener: Listener;
const clients: Client[] = [];

before(async () => {
  expose("events", { happened, foreign });
  listener = await listen(path.join(folder, "events.sock"));
  for (let count = 0; count < 3; count++) clients.push(await connect(listener.spec, { protocol: "perf" }));
});
after(async () => {
  for (const client of clients) client.close();
  await listener.close();
  rmSync(folder, { recursive: true });
});

/** A subscription of each client. */
function subscribeAll(name: string): Promise<EventStream[]> {
  return Promise.all(
    clients.map(async (client) => {
      const source = await client.find(name);
      return source.subscribe();
    }),
  );
}

async function readNext(stream: EventStream): Promise<Readonly<Record<string, unknown>>> {
  const { value } = await stream.next();
  assert.ok(value !== undefined);
  return value.fields;
}

test("an event is read and encoded once, however many clients hear it", async () => {
  const streams = await subscribeAll("events.happened");
  let reads = 0;
  happened.notify({
    get reads() {
      reads += 1;
      return reads;
    },
  });
  for (const stream of streams) assert.equal((await readNext(stream))["reads"], 1);
  assert.equal(reads, 1);
  for (const stream of streams) stream.close();
});

test("clients of listeners with limits of their own hear an event within their own limits", async () => {
  const narrow = await listen(path.join(folder, "narrow.sock"), { limits: { replyBytes: 200 } });
  const wide = clients[0] ?? assert.fail();
  const poor = await connect(narrow.spec, { protocol: "perf" });
  const streams = [];
  for (const client of [wide, poor, clients[1] ?? assert.fail()]) {
    const source = await client.find("events.happened");
    streams.push(await source.subscribe());
  }
  const warned = once(process, "warning");
  happened.notify({ text: "x".repeat(1_000) });
  happened.notify({ text: "short" });
  const [first, second, third] = streams;
  assert.ok(first && second && third);
  for (const stream of [first, third]) {
    assert.equal(String((await readNext(stream))["text"]).length, 1_000);
    assert.equal((await readNext(stream))["text"], "short");
  }
  const { value } = await second.next();
  assert.deepEqual([value?.fields["text"], value?.lost], ["short", 1]);
  const [warning] = (await warned) as [Error];
  assert.match(warning.message, /events\.happened cannot be sent/u);
  for (const stream of streams) stream.close();
  poor.close();
  await narrow.close();
});

test("an event that the service changes is sent as it was each time", async () => {
  const streams = await subscribeAll("events.happened");
  const event = { stock: 3 };
  happened.notify(event);
  event.stock = 2;
  happened.notify(event);
  for (const stream of streams) {
    assert.equal((await readNext(stream))["stock"], 3);
    assert.equal((await readNext(stream))["stock"], 2);
    stream.close();
  }
});

test("one client more or less does not change what the others hear", async () => {
  const [first, second, third] = await subscribeAll("events.happened");
  assert.ok(first && second && third);
  second.close();
  happened.notify({ number: 1 });
  for (const stream of [first, third]) {
    assert.equal((await readNext(stream))["number"], 1);
    stream.close();
  }
});

test("what another kind of source tells its listeners besides is not taken for anything of ours", async () => {
  const streams = await subscribeAll("events.foreign");
  for (const number of [1, 2]) foreign.tell({ number });
  for (const stream of streams) {
    for (const number of [1, 2]) assert.equal((await readNext(stream))["number"], number);
    stream.close();
  }
});

test("an ordinary listener of a channel gets the event and nothing else", () => {
  const channel = new EventChannel();
  const calls: unknown[][] = [];
  for (let count = 0; count < 2; count++) channel.subscribe((...args: unknown[]) => calls.push(args));
  channel.notify("event");
  assert.deepEqual(calls, [["event"], ["event"]]);
});

test("a frame put together says what the whole message would say", () => {
  const shared = { deep: ["x", new Float(1)] };
  const events = [new FinishEvent({ id: 4 }, true, 12.5), { time: 1, one: shared, other: shared, star: "*" }];
  for (const id of [0, 255, 256, 65_536, 2_147_483_648, -1, 2n ** 63n - 1n]) {
    for (const event of events) {
      const whole = encodeMessage(Tuple.of<unknown>("*", id, createEvent(event)), DEFAULT_LIMITS, false);
      const joined = joinEventFrame(encodeEventHead(id), encodeEventBody(event, DEFAULT_LIMITS));
      assert.equal(joined.readInt32BE(0), joined.length - FRAME_HEADER_BYTES);
      assert.deepEqual(
        decodePickle(joined.subarray(FRAME_HEADER_BYTES)).value,
        decodePickle(whole.subarray(FRAME_HEADER_BYTES)).value,
      );
    }
  }
});
