import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ReadFailedError, type EventStream, type RemoteEvent } from "../../src/client.js";
import { startRpcPlay, type RpcPlay } from "./rpc-play.js";

async function take(stream: EventStream): Promise<RemoteEvent> {
  const { value } = await stream.next();
  return value ?? assert.fail("it ended");
}

/** A play, and a stream of events under the number 3. */
async function startEvents(maxQueuedEvents: number = 100): Promise<RpcPlay & { stream: EventStream }> {
  const play = await startRpcPlay();
  const object = await play.find();
  const subscribing = object.subscribe({ maxQueuedEvents });
  await play.rpc.answer("subscribe", { subscription: 3, sequence: 10 });
  return { ...play, stream: await subscribing };
}

describe("events over rpc", () => {
  it("have their class, fields, number and time, and say what was lost and left out", async () => {
    await using play = await startEvents();
    const { rpc, stream } = play;
    rpc.notify("lost", { subscription: 3, count: 4 });
    rpc.notify("event", {
      subscription: 3,
      sequence: 15,
      time: 1.5,
      skipped: 2,
      value: { $class: "OrderPlaced", order: { $bigint: "7" }, __proto__x: 1 },
    });
    const event = await take(stream);
    const { pythonClass, fields, lost, gap, sequence, time, skipped, value } = event;
    assert.deepEqual(
      { pythonClass, fields: { ...fields }, lost, gap, sequence, time, skipped, value },
      {
        pythonClass: "OrderPlaced",
        fields: { order: 7n, __proto__x: 1 },
        lost: 4,
        gap: undefined,
        sequence: 15,
        time: 1.5,
        skipped: 2,
        value: { order: 7n, __proto__x: 1 },
      },
    );
    rpc.notify("event", { subscription: 3, value: [1] });
    const plain = await take(stream);
    assert.deepEqual([plain.pythonClass, { ...plain.fields }, plain.value, plain.lost], ["", {}, [1], 0]);
    assert.equal(stream.lost, 4);
  });

  it("are asked for as wished", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const where = { status: { minimum: 500 }, method: "GET" };
    const subscribing = object.subscribe({ where, minIntervalMs: 100, latestOnly: true });
    assert.deepEqual(await play.rpc.answer("subscribe", { subscription: 1 }), {
      name: "shop.thing",
      where,
      minIntervalMs: 100,
      latestOnly: true,
    });
    await subscribing;
    await assert.rejects(object.subscribe({ maxQueuedEvents: 0 }), { code: "ERR_PDM_OPTION" });
  });

  it("that come in the same write as the answer are not missed", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const subscribing = object.subscribe();
    const { id } = await play.rpc.expect("subscribe");
    play.rpc.peer.send(
      `{"id":${id},"result":{"subscription":3}}\n{"method":"event","params":{"subscription":3,"value":1}}\n`,
    );
    assert.equal((await take(await subscribing)).value, 1);
  });

  it("that come faster than they are read are lost, oldest first, and counted", async () => {
    await using play = await startEvents(2);
    const { rpc, stream } = play;
    for (let sequence = 11; sequence <= 15; sequence += 1) rpc.notify("event", { subscription: 3, sequence, value: 0 });
    const pinging = play.client.ping();
    await rpc.answer("ping", {});
    await pinging;
    const event = await take(stream);
    assert.deepEqual([event.sequence, event.lost, stream.lost], [14, 3, 3]);
  });

  it("end with the stream, the handle, or the signal, and the subscription with them", async () => {
    await using play = await startRpcPlay();
    const { rpc } = play;
    for (const [number, end] of ["stream", "handle", "signal"].entries()) {
      const object = await play.find();
      const controller = new AbortController();
      const subscribing = object.subscribe({ signal: controller.signal });
      await rpc.answer("subscribe", { subscription: number });
      const stream = await subscribing;
      const reading = stream.next();
      if (end === "stream") stream.close();
      else if (end === "handle") await object.close();
      else controller.abort();
      assert.deepEqual(await reading, { done: true, value: undefined });
      assert.deepEqual((await rpc.expect("unsubscribe")).params, { subscription: number });
      rpc.notify("event", { subscription: number, value: 1 });
    }
  });

  it("end when subscribing is given up, also where the server has subscribed by then", async () => {
    await using play = await startRpcPlay();
    const object = await play.find();
    const controller = new AbortController();
    const subscribing = object.subscribe({ signal: controller.signal });
    const { id } = await play.rpc.expect("subscribe");
    controller.abort(new Error("enough"));
    await assert.rejects(subscribing, /enough/);
    await play.rpc.expect("cancel");
    play.rpc.reply(id, { subscription: 8 });
    assert.deepEqual((await play.rpc.expect("unsubscribe")).params, { subscription: 8 });
  });

  for (const [what, params, message] of [
    ["an event that cannot be read", { subscription: 3, value: { $future: 1 } }, /future/],
    ["a number of lost events that is none", { subscription: 3, count: -1 }, /no number for count/],
  ] as const) {
    it(`close the connection with ${what}`, async () => {
      await using play = await startEvents();
      const { rpc, stream, client } = play;
      rpc.notify("event", { subscription: 3, value: "before" });
      rpc.notify("value" in params ? "event" : "lost", params);
      assert.equal((await take(stream)).value, "before");
      await assert.rejects(stream.next(), { code: "ERR_PDM_CONNECTION_LOST", message });
      assert.match((await client.closed)?.message ?? "", message);
    });
  }

  it("of two streams do not mix, and a number in use fails the second", async () => {
    await using play = await startEvents();
    const object = await play.find();
    const failing = object.subscribe();
    await play.rpc.answer("subscribe", { subscription: 3 });
    await assert.rejects(failing, /two subscriptions the number 3/);
    const subscribing = object.subscribe();
    await play.rpc.answer("subscribe", { subscription: 4 });
    const other = await subscribing;
    play.rpc.notify("event", { subscription: 4, value: "other" });
    play.rpc.notify("event", { subscription: 3, value: "one" });
    assert.equal((await take(play.stream)).value, "one");
    assert.equal((await take(other)).value, "other");
  });
});

describe("samples over rpc", () => {
  it("come with their time, each item with its outcome", async () => {
    await using play = await startRpcPlay();
    const { client, rpc } = play;
    const sampling = client.sample("shop.*", { everyMs: 100, onChange: true });
    assert.deepEqual(await rpc.answer("sample", { subscription: 2, everyMs: 100, count: 2 }), {
      names: ["shop.*"],
      everyMs: 100,
      onChange: true,
    });
    await using samples = await sampling;
    rpc.notify("lost", { subscription: 2, count: 1 });
    const error = { message: "no", data: { code: "ERR_PDM_FAILED" } };
    rpc.notify("sample", {
      subscription: 2,
      time: 2.5,
      skipped: 1,
      items: [
        { name: "a", value: 1 },
        { name: "b", error },
      ],
    });
    const { value: sample } = await samples.next();
    assert.deepEqual(
      [sample?.time, sample?.skipped, sample?.lost, sample?.items[0]],
      [2.5, 1, 1, { name: "a", value: 1 }],
    );
    assert.ok(sample?.items[1]?.error instanceof ReadFailedError);
    samples.close();
    assert.deepEqual((await rpc.expect("unsubscribe")).params, { subscription: 2 });
    await assert.rejects(client.sample("a", { everyMs: 1, maxQueuedSamples: 0 }), { code: "ERR_PDM_OPTION" });
  });
});
