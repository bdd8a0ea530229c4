import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  connect,
  ConnectionLostError,
  Global,
  Instance,
  type Client,
  type EventStream,
  type RemoteEvent,
} from "../../src/client.js";
import { PYTHON2, PYTHON3, isTested } from "../fixtures/python.js";
import { startPythonServer } from "./python-server.js";
import { startScriptedServer, type Peer } from "./scripted-server.js";

async function take(stream: EventStream, count: number): Promise<RemoteEvent[]> {
  const events: RemoteEvent[] = [];
  while (events.length < count) {
    const { done, value } = await stream.next();
    assert.notEqual(done, true);
    if (value !== undefined) events.push(value);
  }
  return events;
}

function showEvent({ fields, lost }: RemoteEvent): unknown[] {
  return [fields["number"], lost];
}

async function journalOf(client: Client): Promise<string[]> {
  await using journal = await client.find("shop.journal");
  const requests = (await journal.read()) as [string, number][];
  return requests.map(([kind]) => kind).filter((kind) => kind.endsWith("subs") || kind === "invoke");
}

for (const [name, options] of [
  ["0.3 on Python 3", { edition: "0.3" }],
  ["0.2 on Python 3, byte by byte", { edition: "0.2", pickle: 2, chunk: 1 }],
  ["0.2 on Python 2", { edition: "0.2", python: PYTHON2 }],
] as const) {
  const python = "python" in options ? options.python : PYTHON3;
  if (!isTested(python)) continue;
  describe(`events of ${name}`, { skip: python.skip }, () => {
    it("come to every stream of the object over one subscription", async () => {
      await using server = await startPythonServer(options);
      await using client = await connect(server.spec);
      await using desk = await client.find("shop.desk");
      await using bell = await client.find("shop.bell");
      await using again = await client.find("shop.bell");
      const streams = await Promise.all([bell.subscribe(), bell.subscribe(), again.subscribe()]);
      assert.equal(await desk.invoke("ring", [2]), 2);
      for (const stream of streams) {
        const events = await take(stream, 2);
        assert.deepEqual(
          events.map((event) => [event.pythonClass, { ...event.fields }, event.lost]),
          [
            ["pdm.perf.event", { time: 0.5, number: 0 }, 0],
            ["pdm.perf.event", { time: 0.5, number: 1 }, 0],
          ],
        );
      }
      streams[0].close();
      streams[1].close();
      await desk.invoke("ring");
      assert.equal((await take(streams[2], 1)).length, 1);
      streams[2].close();
      streams[2].close();
      await desk.invoke("ring");
      const next = await bell.subscribe();
      await desk.invoke("ring_request");
      const [event] = await take(next, 1);
      assert.equal(event?.pythonClass, "ashd.perf.reqstart");
      assert.deepEqual({ ...event?.fields }, { time: 1.5, id: 7, method: "GET", uri: "/" });
      assert.deepEqual(await journalOf(client), ["subs", "invoke", "invoke", "unsubs", "invoke", "subs", "invoke"]);
    });
  });
}

describe("events", { skip: PYTHON3.skip }, () => {
  it("end with the loop that reads them, and the subscription with them", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using desk = await client.find("shop.desk");
    await using bell = await client.find("shop.bell");
    const stream = await bell.subscribe();
    await desk.invoke("ring", [3]);
    for await (const event of stream) {
      assert.equal(event.fields["number"], 0);
      break;
    }
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
    await desk.invoke("ring", [3]);
    assert.deepEqual(await journalOf(client), ["subs", "invoke", "unsubs", "invoke"]);
  });

  it("end when the object is closed, which unbinds without ending the subscription first", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    const bell = await client.find("shop.bell");
    const stream = await bell.subscribe();
    const reading = stream.next();
    await bell.close();
    assert.deepEqual(await reading, { done: true, value: undefined });
    assert.deepEqual(await journalOf(client), ["subs"]);
  });

  it("of a shared object go on for the other handle", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using desk = await client.find("shop.desk");
    const bell = await client.find("shop.bell");
    await using other = await client.find("shop.bell");
    const [stream, kept] = await Promise.all([bell.subscribe(), other.subscribe()]);
    await bell.close();
    assert.equal((await stream.next()).done, true);
    await desk.invoke("ring");
    assert.equal((await take(kept, 1)).length, 1);
  });

  it("end with the signal", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using bell = await client.find("shop.bell");
    const controller = new AbortController();
    const stream = await bell.subscribe({ signal: controller.signal });
    const reading = [stream.next(), stream.next()];
    controller.abort();
    for (const result of await Promise.all(reading)) assert.equal(result.done, true);
    assert.deepEqual(await journalOf(client), ["subs", "unsubs"]);
  });

  it("that came are still read when the connection is lost, then the loss is thrown, once", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using desk = await client.find("shop.desk");
    await using bell = await client.find("shop.bell");
    const stream = await bell.subscribe();
    await desk.invoke("ring", [2]);
    await assert.rejects(desk.invoke("hang_up"), ConnectionLostError);
    assert.equal((await take(stream, 2)).length, 2);
    await assert.rejects(stream.next(), ConnectionLostError);
    assert.equal((await stream.next()).done, true);
    await assert.rejects(bell.subscribe(), ConnectionLostError);
  });

  it("end without an error when the client is closed here", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    const stream = await (await client.find("shop.bell")).subscribe();
    const reading = stream.next();
    client.close();
    assert.equal((await reading).done, true);
  });

  it("that come too fast lose the oldest, and say exactly how many", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using desk = await client.find("shop.desk");
    await using bell = await client.find("shop.bell");
    const slow = await bell.subscribe({ maxQueuedEvents: 3 });
    const quick = await bell.subscribe();
    await desk.invoke("ring", [10]);
    assert.deepEqual((await take(slow, 3)).map(showEvent), [
      [7, 7],
      [8, 0],
      [9, 0],
    ]);
    assert.equal(slow.lost, 7);
    assert.equal(
      (await take(quick, 10)).every((event) => event.lost === 0),
      true,
    );
    assert.equal(quick.lost, 0);
  });

  it("that the server lost are counted with the event that follows", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using desk = await client.find("shop.desk");
    await using bell = await client.find("shop.bell");
    const stream = await bell.subscribe({ maxQueuedEvents: 1 });
    await desk.invoke("ring_announcing", [4]);
    await desk.invoke("ring_announcing", [2]);
    const [event] = await take(stream, 1);
    assert.equal(event?.fields["number"], -1);
    assert.equal(event?.lost, 7);
    assert.equal(stream.lost, 7);
    await desk.invoke("ring", [1], { kwargs: { pdm_lost: 3 } });
    const [own] = await take(stream, 1);
    assert.equal(own?.fields["pdm_lost"], 3, "an event with a field of that name and others is an event");
    assert.equal(own?.lost, 0);
  });

  it("that are no instances come as values", async () => {
    await using server = await startPythonServer();
    await using client = await connect(server.spec);
    await using desk = await client.find("shop.desk");
    const stream = await (await client.find("shop.bell")).subscribe();
    await desk.invoke("ring_value", [new Map([["a", 1]])]);
    const [event] = await take(stream, 1);
    assert.equal(event?.pythonClass, "");
    assert.deepEqual(event?.value, new Map([["a", 1]]));
  });
});

async function startPlay(): Promise<AsyncDisposable & { client: Client; peer: Peer }> {
  const server = await startScriptedServer("+PERF1");
  const [client, peer] = await Promise.all([connect(server.spec, { protocol: "perf" }), server.accept()]);
  return {
    client,
    peer,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("subscribing", () => {
  it("refuses sizes that are none", async () => {
    await using play = await startPlay();
    const finding = play.client.find("a.b");
    play.peer.message("+", ["event"]);
    const object = await finding;
    for (const maxQueuedEvents of [0, 1.5, NaN]) {
      await assert.rejects(object.subscribe({ maxQueuedEvents }), { code: "ERR_PDM_OPTION" });
    }
  });

  it("that was given up is undone when it succeeds after all, and never sooner", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const finding = client.find("a.b");
    await peer.request();
    peer.message("+", ["event", "attr"]);
    const object = await finding;
    await assert.rejects(object.subscribe({ timeoutMs: 5 }), { code: "ERR_PDM_REQUEST_TIMEOUT" });
    assert.deepEqual(await peer.request(), ["subs", 1]);
    const reading = object.read();
    assert.deepEqual(await peer.request(), ["readattr", 1]);
    peer.message("+");
    assert.deepEqual(await peer.request(), ["unsubs", 1]);
    // An event of the subscription that ends is not one of the next.
    const next = object.subscribe();
    assert.deepEqual(await peer.request(), ["subs", 1]);
    peer.message("+", "read");
    assert.equal(await reading, "read");
    peer.message("*", 1, "stale");
    peer.message("+");
    peer.message("+");
    peer.message("*", 1, "fresh");
    const [event] = await take(await next, 1);
    assert.equal(event?.value, "fresh");
  });

  it("that fails can be tried again, and leaves no unsubs behind", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const finding = client.find("a.b");
    await peer.request();
    peer.message("+", ["event"]);
    const object = await finding;
    const failing = [object.subscribe(), object.subscribe()];
    assert.deepEqual(await peer.request(), ["subs", 1]);
    peer.message("-", Instance.call(new Global("exceptions", "RuntimeError"), "busy"));
    for (const outcome of await Promise.allSettled(failing)) {
      assert.ok(outcome.status === "rejected");
      assert.match(String(outcome.reason), /subs of a\.b raised RuntimeError: busy/);
    }
    const succeeding = object.subscribe();
    assert.deepEqual(await peer.request(), ["subs", 1]);
    peer.message("*", 1, "early");
    peer.message("+");
    const [event] = await take(await succeeding, 1);
    assert.equal(event?.value, "early");
  });

  it("is refused when the object is closed meanwhile", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const finding = client.find("a.b");
    await peer.request();
    peer.message("+", ["event"]);
    const object = await finding;
    const subscribing = object.subscribe();
    await object.close();
    await assert.rejects(subscribing, { code: "ERR_PDM_HANDLE_CLOSED" });
    assert.deepEqual(await peer.request(), ["subs", 1]);
    assert.deepEqual(await peer.request(), ["unbind", 1]);
  });

  it("gets fields named like parts of objects as fields", async () => {
    await using play = await startPlay();
    const { client, peer } = play;
    const finding = client.find("a.b");
    await peer.request();
    peer.message("+", ["event"]);
    const subscribing = (await finding).subscribe();
    peer.message("+");
    const stream = await subscribing;
    const fields = new Map<string, unknown>([
      ["__proto__", { polluted: 1 }],
      ["constructor", 2],
    ]);
    peer.message("*", 1, Instance.withFields(new Global("shop", "event"), fields));
    const [event] = await take(stream, 1);
    assert.equal(event?.fields["constructor"], 2);
    assert.equal(Object.getPrototypeOf(event?.fields), null);
    assert.equal(event?.fields["polluted"], undefined);
    assert.deepEqual(Object.keys(event?.fields ?? {}), ["__proto__", "constructor"]);
  });
});
