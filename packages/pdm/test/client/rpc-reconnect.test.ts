import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  connect,
  ConnectionLostError,
  type ConnectionState,
  type EventStream,
  type ReconnectOptions,
  type RemoteEvent,
} from "../../src/client.js";
import { event, expose, listen } from "../../src/index.js";
import { chooseDelayMs, resolveReconnect } from "../../src/client/reconnect-options.js";
import { createFolder } from "./folder.js";
import { GREETING, greet, startRpcPlay, type RpcPeer, type RpcPlay } from "./rpc-play.js";

/** A play whose client connects again at once; `nextState` is what it tells of that. */
async function startPlay(
  options: ReconnectOptions = {},
): Promise<RpcPlay & { nextState(): Promise<ConnectionState>; accept(greeting?: object): Promise<RpcPeer> }> {
  const states: ConnectionState[] = [];
  let wake: () => void = () => undefined;
  const onState = (state: ConnectionState): void => {
    states.push(state);
    wake();
  };
  const play = await startRpcPlay({ reconnect: { minDelayMs: 1, maxDelayMs: 2, onState, ...options } });
  return {
    ...play,
    async nextState() {
      while (states.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return states.shift() ?? assert.fail();
    },
    accept: async (greeting = GREETING) => greet(await play.server.accept(), greeting),
  };
}

async function take(stream: EventStream): Promise<RemoteEvent> {
  const { value } = await stream.next();
  return value ?? assert.fail("it ended");
}

const RESTARTED = { ...GREETING, process: { ...GREETING.process, startedAt: "2026-11-25T13:00:00.000Z" } };

describe("a client that connects again", () => {
  it("rejects what was under way, and what is asked while there is no connection, and repeats neither", async () => {
    await using play = await startPlay({ minDelayMs: 60_000, maxDelayMs: 60_000 });
    const object = await play.find();
    const calling = object.call([1]);
    await play.rpc.next();
    play.rpc.peer.socket.destroy();
    await assert.rejects(calling, ConnectionLostError);
    const state = await play.nextState();
    assert.ok(state.kind === "reconnecting" && state.attempt === 1 && state.error instanceof ConnectionLostError);
    await assert.rejects(object.call([2]), { code: "ERR_PDM_CONNECTION_LOST", message: /; reconnecting$/ });
    await assert.rejects(object.subscribe(), { code: "ERR_PDM_CONNECTION_LOST", message: /; reconnecting$/ });
    await assert.rejects(play.client.find("a.b"), { code: "ERR_PDM_CONNECTION_LOST", message: /; reconnecting$/ });
    play.client.close();
    assert.equal(await play.client.closed, undefined);
    assert.deepEqual(await play.nextState(), { kind: "closed", error: undefined });
    await assert.rejects(object.read(), /it was closed here$/);
  });

  it("goes on with the handles it has, and says again who it is", async () => {
    await using play = await startPlay();
    const object = await play.find();
    play.rpc.peer.socket.destroy();
    const rpc = await play.accept(RESTARTED);
    assert.equal((await play.nextState()).kind, "reconnecting");
    assert.deepEqual(await play.nextState(), { kind: "connected", restarted: true });
    assert.deepEqual(play.client.server?.process, RESTARTED.process);
    const reading = object.read();
    assert.deepEqual(await rpc.answer("read", { value: 1 }), { name: "shop.thing" });
    assert.equal(await reading, 1);
  });

  it("tries again for as long as it takes, and ends the attempt under way when it is closed", async () => {
    await using play = await startPlay();
    play.rpc.peer.socket.destroy();
    (await play.server.accept()).socket.destroy();
    const silent = await play.server.accept();
    const attempts: unknown[] = [];
    for (let count = 0; count < 2; count += 1) {
      const state = await play.nextState();
      attempts.push(state.kind === "reconnecting" && state.attempt);
    }
    assert.deepEqual(attempts, [1, 2]);
    play.client.close();
    assert.equal(await play.client.closed, undefined);
    await silent.gone();
  });

  it("gives up when it was told to, and then says why", async () => {
    await using play = await startPlay({ giveUpAfterMs: 50 });
    const object = await play.find();
    const subscribing = object.subscribe();
    await play.rpc.answer("subscribe", { subscription: 1 });
    const stream = await subscribing;
    await play.server[Symbol.asyncDispose]();
    const error = await play.client.closed;
    assert.match(error?.message ?? "", /lost, and not made again within 50 ms: /);
    await assert.rejects(stream.next(), /not made again within 50 ms/);
    await assert.rejects(object.read(), /not made again within 50 ms/);
    let state = await play.nextState();
    while (state.kind !== "closed") state = await play.nextState();
    assert.equal(state.error, error);
  });

  const gaps: readonly [what: string, greeting: object, sequence: number | undefined, lost: number | undefined][] = [
    ["counts the events of the meantime where it is the same process", GREETING, 17, 5],
    ["knows that there were none", GREETING, 12, 0],
    ["does not know how many there were where the process is another", RESTARTED, 17, undefined],
    ["does not know how many there were where the source counts anew", GREETING, 3, undefined],
    ["does not know how many there were where the source does not count", GREETING, undefined, undefined],
  ];
  for (const [what, greeting, sequence, lost] of gaps) {
    it(`takes subscriptions up again, and ${what}`, async () => {
      await using play = await startPlay();
      const object = await play.find();
      const subscribing = object.subscribe();
      const params = await play.rpc.answer("subscribe", { subscription: 3, sequence: 10 });
      const stream = await subscribing;
      play.rpc.notify("event", { subscription: 3, sequence: 12, value: "before" });
      assert.equal((await take(stream)).gap, undefined);
      const reading = take(stream);
      play.rpc.peer.socket.destroy();
      const rpc = await play.accept(greeting);
      assert.deepEqual(await rpc.answer("subscribe", { subscription: 1, sequence }), params);
      rpc.notify("event", { subscription: 1, sequence: 18, value: "after" });
      const after = await reading;
      assert.equal(after.value, "after");
      assert.deepEqual(after.gap, { lost, restarted: greeting === RESTARTED });
      assert.equal(after.lost, lost ?? 0);
      assert.equal(stream.lost, lost ?? 0);
      rpc.notify("event", { subscription: 1, sequence: 19, value: "later" });
      assert.deepEqual(await take(stream).then(({ gap, lost: now }) => [gap, now]), [undefined, 0]);
      stream.close();
      assert.deepEqual((await rpc.expect("unsubscribe")).params, { subscription: 1 });
    });
  }

  it("cannot count what a filter would have let through, but knows where nothing happened", async () => {
    await using play = await startPlay();
    const object = await play.find();
    const subscribing = object.subscribe({ where: { a: 1 } });
    await play.rpc.answer("subscribe", { subscription: 3, sequence: 10 });
    const stream = await subscribing;
    let rpc = play.rpc;
    for (const [sequence, lost] of [
      [15, undefined],
      [16, 0],
    ] as const) {
      rpc.peer.socket.destroy();
      rpc = await play.accept();
      await rpc.answer("subscribe", { subscription: 1, sequence });
      rpc.notify("event", { subscription: 1, sequence: 16, value: 1 });
      assert.deepEqual((await take(stream)).gap, { lost, restarted: false });
    }
  });

  it("joins gaps between which there was no event", async () => {
    await using play = await startPlay();
    const object = await play.find();
    const subscribing = object.subscribe();
    await play.rpc.answer("subscribe", { subscription: 3, sequence: 10 });
    const stream = await subscribing;
    play.rpc.peer.socket.destroy();
    const between = await play.accept();
    await between.answer("subscribe", { subscription: 3, sequence: 12 });
    between.peer.socket.destroy();
    const rpc = await play.accept();
    await rpc.answer("subscribe", { subscription: 3, sequence: 15 });
    rpc.notify("event", { subscription: 3, sequence: 16, value: 1 });
    assert.deepEqual((await take(stream)).gap, { lost: 5, restarted: false });
  });

  it("ends the stream of an object that is there no more, and no other", async () => {
    await using play = await startPlay();
    const object = await play.find();
    const streams: EventStream[] = [];
    for (const subscription of [1, 2]) {
      const subscribing = object.subscribe();
      await play.rpc.answer("subscribe", { subscription });
      streams.push(await subscribing);
    }
    const [gone, kept] = streams as [EventStream, EventStream];
    play.rpc.peer.socket.destroy();
    const rpc = await play.accept();
    rpc.fail((await rpc.expect("subscribe")).id, "ERR_PDM_NO_SUCH_NAME");
    await rpc.answer("subscribe", { subscription: 1 });
    await assert.rejects(gone.next(), { code: "ERR_PDM_NO_SUCH_NAME" });
    rpc.notify("event", { subscription: 1, value: 1 });
    assert.equal((await take(kept)).value, 1);
  });

  it("does not take up again what was closed meanwhile", async () => {
    await using play = await startPlay();
    const object = await play.find();
    const subscribing = object.subscribe();
    await play.rpc.answer("subscribe", { subscription: 1 });
    const stream = await subscribing;
    play.rpc.peer.socket.destroy();
    await play.nextState();
    stream.close();
    const rpc = await play.accept();
    const pinging = play.nextState().then(() => play.client.ping());
    await rpc.answer("ping", {});
    await pinging;
    // And what is closed while it is being taken up ends there too.
    const again = object.subscribe();
    await rpc.answer("subscribe", { subscription: 2 });
    const other = await again;
    rpc.peer.socket.destroy();
    const last = await play.accept();
    const { id } = await last.expect("subscribe");
    other.close();
    last.reply(id, { subscription: 5 });
    assert.deepEqual((await last.expect("unsubscribe")).params, { subscription: 5 });
  });

  it("takes samples up again", async () => {
    await using play = await startPlay();
    const sampling = play.client.sample("shop.*", { everyMs: 50 });
    const params = await play.rpc.answer("sample", { subscription: 1 });
    const samples = await sampling;
    play.rpc.peer.socket.destroy();
    const rpc = await play.accept();
    assert.deepEqual(await rpc.answer("sample", { subscription: 9 }), params);
    rpc.notify("sample", { subscription: 9, time: 1, items: [] });
    assert.deepEqual((await samples.next()).value?.gap, { lost: undefined, restarted: false });
  });

  it("waits longer each time, up to a limit, and not the same as others", () => {
    const policy = resolveReconnect({ minDelayMs: 100, maxDelayMs: 1_000 }) ?? assert.fail();
    const delays = (random: number): number[] =>
      [1, 2, 3, 4, 5, 100].map((attempt) => chooseDelayMs(policy, attempt, () => random));
    assert.deepEqual(delays(0), [100, 200, 400, 800, 1_000, 1_000]);
    assert.deepEqual(delays(1), [50, 100, 200, 400, 500, 500]);
  });

  it("refuses times that are none", async () => {
    for (const times of [{ minDelayMs: 0 }, { maxDelayMs: NaN }, { giveUpAfterMs: -1 }]) {
      await assert.rejects(connect("/nowhere", { reconnect: times }), {
        code: "ERR_PDM_OPTION",
        message: /reconnect\./,
      });
    }
  });

  it("finds our own server again, and misses no event uncounted", async () => {
    const ticks = event({ description: "Ticks.", type: { type: "integer" } });
    using _exposure = expose("reconnect-test", { ticks });
    const folder = createFolder();
    const spec = folder.path("own.sock");
    const first = await listen(spec);
    let state: (state: ConnectionState) => void = () => undefined;
    const onState = (now: ConnectionState): void => state(now);
    await using client = await connect(spec, { reconnect: { minDelayMs: 1, maxDelayMs: 5, onState } });
    await using source = await client.find("reconnect-test.ticks");
    const stream = await source.subscribe();
    ticks.notify(1);
    assert.equal((await take(stream)).value, 1);
    const connected = new Promise<ConnectionState>((resolve) => {
      state = (now) => {
        if (now.kind === "connected") resolve(now);
      };
    });
    await first.close();
    for (let tick = 2; tick <= 4; tick += 1) ticks.notify(tick);
    const second = await listen(spec);
    assert.deepEqual(await connected, { kind: "connected", restarted: false });
    // The answer to what was asked later comes after the subscription stands.
    await client.ping();
    ticks.notify(5);
    const next = await take(stream);
    assert.deepEqual([next.value, next.lost, next.gap], [5, 3, { lost: 3, restarted: false }]);
    client.close();
    await second.close();
    folder.remove();
  });
});
