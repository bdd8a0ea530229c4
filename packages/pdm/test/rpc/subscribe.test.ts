import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { event, EventChannel, FinishEvent } from "../../src/index.js";
import type { Message, LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

type Params = Readonly<Record<string, unknown>>;

const sold = event({ description: "Something was sold." });
const request = event({
  description: "A request.",
  start: { type: "object", properties: { path: { type: "string" } } },
  finish: { type: "object", properties: { status: { type: "integer" } } },
});
const plain = new EventChannel();
const uncounted = new Set<(event: unknown) => void>();
let finishSubscribing: (() => void) | undefined;
let unsubscribed = 0;

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    {
      sold,
      request,
      plain,
      uncounted: {
        subscribe: (listener: (event: unknown) => void) => uncounted.add(listener),
        unsubscribe: (listener: (event: unknown) => void) => uncounted.delete(listener),
      },
      refusing: {
        subscribe: () => {
          throw new Error("not now");
        },
        unsubscribe: () => (unsubscribed += 1),
      },
      late: {
        subscribe: () =>
          new Promise<void>((resolve) => {
            finishSubscribing = resolve;
          }),
        unsubscribe: () => (unsubscribed += 1),
      },
      number: { read: () => 1 },
      numbersBroken: {
        subscribe: (listener: (event: unknown) => void) => plain.subscribe(listener),
        unsubscribe: (listener: (event: unknown) => void) => plain.unsubscribe(listener),
        get sequence(): never {
          throw new Error("nobody counted");
        },
      },
    },
    { limits: { subscriptions: 20, queuedOutputBytes: 50_000 } },
  );
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

/** Subscribes a client of its own, notifies, and gives the parameters of what it was sent up to the answer of a ping. */
async function hear(params: object, notify: () => void): Promise<readonly Params[]> {
  using own = await server.connect();
  await own.get("subscribe", params);
  notify();
  return await drain(own);
}

/** What came so far: events go out before an answer that was asked for later. */
async function drain(by: LineClient): Promise<Params[]> {
  const id = by.send("ping");
  const heard: Params[] = [];
  for (;;) {
    const message = await by.next();
    if (message.id === id) return heard;
    heard.push({ method: message.method, ...message.params });
  }
}

test("each event comes with its number, the time, and its value", async () => {
  const from = sold.sequence;
  sold.notify("before anybody listens");
  using own = await server.connect();
  assert.deepEqual(await own.get("subscribe", { name: "shop.sold" }), { subscription: 1, sequence: from + 1 });
  sold.notify({ sku: "tea", price: 10n });
  const { time, ...told } = await own.notified("event");
  assert.deepEqual(told, { subscription: 1, sequence: from + 2, value: { sku: "tea", price: { $bigint: "10" } } });
  assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 60);
});

test("a source that does not count its events has them counted here", async () => {
  using own = await server.connect();
  assert.deepEqual(await own.get("subscribe", { name: "shop.uncounted" }), { subscription: 1 });
  for (const listener of uncounted) for (const value of ["a", "b"]) listener(value);
  assert.deepEqual([(await own.notified("event"))["sequence"], (await own.notified("event"))["sequence"]], [1, 2]);
});

test("start and finish come as pairs with the same id", async () => {
  const heard = await hear({ name: "shop.request" }, () => {
    request.start({ path: "/a" }).finish({ status: 200 });
    request.start({ path: "/b" }).abort();
  });
  const values = heard.map(({ value }) => value as { $class: string; id: number; aborted?: boolean });
  assert.deepEqual(
    values.map((value) => [value.$class, value.id - (values[0]?.id ?? 0), value.aborted]),
    [
      ["pdm.perf.startevent", 0, undefined],
      ["pdm.perf.finishevent", 0, false],
      ["pdm.perf.startevent", 1, undefined],
      ["pdm.perf.finishevent", 1, true],
    ],
  );
});

/** What is wanted, and which of the events 0 to 9 (`{ n, even, name }`) come. */
const FILTERS: Readonly<Record<string, readonly [where: object, numbers: readonly number[] | RegExp]>> = {
  "a value": [{ n: 3 }, [3]],
  "a schema": [{ n: { minimum: 8 } }, [8, 9]],
  "two fields": [{ n: { maximum: 5 }, even: true }, [0, 2, 4]],
  "one of several": [{ name: { enum: ["n1", "n7"] } }, [1, 7]],
  "a field that none has": [{ missing: {} }, []],
  "what every object inherits": [{ toString: {} }, []],
  __proto__: [JSON.parse('{"__proto__":{}}') as object, []],
  "a pattern": [{ name: { pattern: "^n" } }, /^ERR_PDM_INVALID_ARGUMENT: where\.name.*"pattern" is not taken/u],
  "no schema": [{ name: { type: "texts" } }, /^ERR_PDM_INVALID_ARGUMENT: where\.name/u],
};

for (const [what, [where, expected]] of Object.entries(FILTERS)) {
  test(`a filter of ${what} lets through what fits`, async () => {
    if (expected instanceof RegExp) {
      assert.match(await client.fail("subscribe", { name: "shop.sold", where }), expected);
      return;
    }
    const heard = await hear({ name: "shop.sold", where }, () => {
      for (let n = 0; n < 10; n++) sold.notify({ n, even: n % 2 === 0, name: `n${n}` });
      sold.notify("a text");
      sold.notify(null);
    });
    assert.deepEqual(
      heard.map(({ value }) => (value as { n: number }).n),
      expected,
    );
  });
}

test("of events that come too quickly the latest is sent in the end, and says how many were skipped", async () => {
  using own = await server.connect();
  await own.get("subscribe", { name: "shop.sold", minIntervalMs: 60 });
  for (let n = 1; n <= 100; n++) sold.notify(n);
  const first = await own.notified("event");
  const last = await own.notified("event");
  assert.deepEqual([first["value"], first["skipped"], last["value"], last["skipped"]], [1, undefined, 100, 98]);
  assert.equal(Number(last["sequence"]) - Number(first["sequence"]), 99);
});

test("an interval longer than a day is refused, since no timer would wait for it", async () => {
  assert.match(
    await client.fail("subscribe", { name: "shop.sold", minIntervalMs: 86_400_001 }),
    /^ERR_PDM_INVALID_ARGUMENT: minIntervalMs/u,
  );
});

test("an event is encoded once for all who listen", async () => {
  const clients = await Promise.all(Array.from({ length: 5 }, () => server.connect()));
  for (const by of clients) await by.get("subscribe", { name: "shop.sold" });
  await clients[0]?.get("subscribe", { name: "shop.sold", where: { n: 1 } });
  let reads = 0;
  sold.notify({
    n: 1,
    get costly() {
      reads += 1;
      return reads;
    },
  });
  for (const by of clients) assert.deepEqual((await by.notified("event"))["value"], { n: 1, costly: 1 });
  assert.equal(reads, 1);
  for (const by of clients) by[Symbol.dispose]();
});

/** Notifies `count` times while the client does not read, and gives what it is sent then, up to the last. */
async function overwhelm(by: LineClient, count: number, size = 1_000): Promise<Message[]> {
  by.raw.socket.pause();
  for (let n = 1; n <= count; n++) {
    sold.notify({ n, text: "x".repeat(size) });
    // In between the events leave, as far as the socket takes them; and time passes.
    if (n % 10 === 0) await new Promise((resolve) => void setTimeout(resolve, 1));
  }
  by.raw.socket.resume();
  const messages: Message[] = [];
  for (;;) {
    const message = await by.next();
    messages.push(message);
    if (((message.params?.["value"] ?? {}) as { n?: number }).n === count) return messages;
  }
}

test("a slow reader loses the oldest, and is told exactly how many right before the next event", async () => {
  using own = await server.connect();
  await own.get("subscribe", { name: "shop.sold" });
  let next = sold.sequence + 1;
  let lost = 0;
  for (const { method, params = {} } of await overwhelm(own, 3_000)) {
    if (method === "lost") {
      assert.equal(params["subscription"], 1);
      next += Number(params["count"]);
      lost += Number(params["count"]);
      continue;
    }
    assert.equal(params["sequence"], next);
    next += 1;
  }
  assert.ok(lost > 0, "nothing was lost: the test proves nothing");
  assert.equal(next, sold.sequence + 1);
});

for (const [what, wishes] of [
  ["wants only the latest", { latestOnly: true }],
  ["wants only the latest of what fits", { latestOnly: true, where: { n: {} } }],
] as const) {
  test(`a slow reader that ${what} is sent that, and told how many were skipped before each`, async () => {
    using own = await server.connect();
    await own.get("subscribe", { name: "shop.sold", ...wishes });
    let last = sold.sequence;
    let skips = 0;
    for (const { method, params = {} } of await overwhelm(own, 3_000)) {
      assert.equal(method, "event");
      const skipped = Number(params["skipped"] ?? 0);
      assert.equal(Number(params["sequence"]) - last - 1, skipped);
      last = Number(params["sequence"]);
      skips += skipped;
    }
    assert.ok(skips > 0, "nothing was skipped: the test proves nothing");
  });
}

test("with an interval and a slow reader, what is sent, skipped and lost is everything", async () => {
  using own = await server.connect();
  await own.get("subscribe", { name: "shop.sold", minIntervalMs: 1 });
  const first = sold.sequence;
  let told = 0;
  let lost = 0;
  for (const { method, params = {} } of await overwhelm(own, 2_000, 20_000)) {
    told += Number(params["skipped"] ?? 0) + Number(params["count"] ?? 1);
    if (method === "lost") lost += Number(params["count"]);
  }
  assert.ok(lost > 0, "nothing was lost: the test proves nothing");
  assert.equal(told, sold.sequence - first);
});

test("events that cannot be sent count as lost, and are told with the next, whichever of them waits", async () => {
  for (const wishes of [{}, { latestOnly: true }]) {
    const heard = await hear({ name: "shop.sold", ...wishes }, () => {
      const bad = {
        get x(): never {
          throw new Error("no");
        },
      };
      for (const value of [bad, "a", bad, bad, "b"]) sold.notify(value);
    });
    const told = heard.map(({ method, count, value, skipped }) => [method, count ?? value, skipped ?? 0]);
    assert.deepEqual(
      told,
      "latestOnly" in wishes
        ? [
            ["lost", 3, 0],
            ["event", "b", 1],
          ]
        : [
            ["lost", 1, 0],
            ["event", "a", 0],
            ["lost", 2, 0],
            ["event", "b", 0],
          ],
    );
  }
});

test("after the answer to unsubscribe nothing more comes, and nobody listens", async () => {
  using own = await server.connect();
  const { subscription } = await own.get("subscribe", { name: "shop.plain" });
  assert.equal(plain.hasSubscribers, true);
  plain.notify(1);
  assert.deepEqual(await own.get("unsubscribe", { subscription }), {});
  assert.equal(plain.hasSubscribers, false);
  plain.notify(2);
  for (const { value } of await drain(own)) assert.equal(value, 1);
  assert.match(await own.fail("unsubscribe", { subscription }), /^ERR_PDM_NO_SUCH_HANDLE: there is no subscription 1/u);
  for (const none of [0, -1, 1e15])
    assert.match(await own.fail("unsubscribe", { subscription: none }), /NO_SUCH_HANDLE/u);
});

test("a client that leaves, and a listener that is closed, leave no listener behind", async () => {
  const own = await server.connect();
  await own.get("subscribe", { name: "shop.plain", minIntervalMs: 1_000 });
  plain.notify(1);
  plain.notify(2);
  own[Symbol.dispose]();
  while (plain.hasSubscribers) await new Promise(setImmediate);
});

test("what cannot be subscribed to says why, and takes no place", async () => {
  for (let count = 0; count < 30; count++) {
    assert.match(await client.fail("subscribe", { name: "shop.refusing" }), /^ERR_PDM_FAILED: .*not now/u);
  }
  assert.match(await client.fail("subscribe", { name: "shop.number" }), /^ERR_PDM_NO_SUCH_INTERFACE: .*event/u);
  assert.match(await client.fail("subscribe", { name: "shop.none" }), /^ERR_PDM_NO_SUCH_NAME/u);
});

test("one subscription too many is refused, until one is ended", async () => {
  using own = await server.connect();
  for (let count = 1; count <= 20; count++) await own.get("subscribe", { name: "shop.plain" });
  assert.match(await own.fail("subscribe", { name: "shop.plain" }), /^ERR_PDM_LIMIT: there are 20 subscriptions/u);
  await own.get("unsubscribe", { subscription: 7 });
  assert.deepEqual((await own.get("subscribe", { name: "shop.plain" }))["subscription"], 21);
});

for (const [how, end] of [
  ["unsubscribed", (by: LineClient) => by.get("unsubscribe", { subscription: 1 })],
  ["cancelled", (by: LineClient, id: number) => by.get("cancel", { id })],
] as const) {
  test(`a subscription that is ${how} while it is being made is given back, before the client leaves or after`, async () => {
    for (const leavesFirst of [false, true]) {
      unsubscribed = 0;
      const own = await server.connect();
      const id = own.send("subscribe", { name: "shop.late" });
      await end(own, id);
      if (leavesFirst) own[Symbol.dispose]();
      // The object was told at once, and is told again when it has made it.
      assert.equal(unsubscribed, 1);
      finishSubscribing?.();
      while (unsubscribed < 2) await new Promise(setImmediate);
      own[Symbol.dispose]();
      assert.deepEqual(await client.get("ping"), {});
    }
  });
}

test("the class of an event is a part of its value", async () => {
  const [heard] = await hear({ name: "shop.plain" }, () => plain.notify(new FinishEvent({ id: 4 }, true, 13)));
  assert.deepEqual(heard?.["value"], { $class: "pdm.perf.finishevent", time: 13, id: 4, aborted: true });
});

test("a source that cannot tell its number can be subscribed to", async () => {
  using own = await server.connect();
  assert.deepEqual(await own.get("subscribe", { name: "shop.numbersBroken" }), { subscription: 1 });
  plain.notify("heard");
  assert.equal((await own.notified("event"))["value"], "heard");
});
