import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attribute, directory, ValueAttribute } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

interface Item {
  readonly name: string;
  readonly value?: unknown;
  readonly error?: { readonly data: { readonly code: string } };
}

let reads = 0;
const stock = new ValueAttribute<unknown>(3);
const big = new ValueAttribute("x".repeat(20_000));
let finishSlow: ((value: unknown) => void) | undefined;

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    {
      stock,
      big,
      counter: attribute({ description: "Counts its reads.", read: () => (reads += 1) }),
      never: attribute({ description: "Never comes.", read: () => new Promise(() => undefined) }),
      slow: attribute({
        description: "When the test says so.",
        read: () =>
          new Promise((resolve) => {
            finishSlow = resolve;
          }),
      }),
      broken: attribute({
        description: "Fails.",
        read: () => {
          throw new Error("no disk");
        },
      }),
      rooms: directory({
        description: "Rooms.",
        entries: { a: new ValueAttribute("a"), b: new ValueAttribute("b"), c: { invoke: () => 1 } },
      }),
    },
    { limits: { requestTimeoutMs: 200, queuedOutputBytes: 60_000, bulkItems: 5, subscriptions: 3 } },
  );
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

const outcomes = (params: Readonly<Record<string, unknown>>): unknown[] =>
  (params["items"] as Item[]).map(({ name, value, error }) => [name, error === undefined ? value : error.data.code]);

test("attributes are read every so often, the first time at once, until it is ended", async () => {
  using own = await server.connect();
  reads = 0;
  assert.deepEqual(await own.get("sample", { names: ["shop.counter", "shop.rooms/*"], everyMs: 10 }), {
    subscription: 1,
    everyMs: 10,
    count: 3,
  });
  for (const count of [1, 2, 3]) {
    const sample = await own.notified("sample");
    assert.equal(sample["subscription"], 1);
    assert.equal(typeof sample["time"], "number");
    assert.deepEqual(outcomes(sample), [
      ["shop.counter", count],
      ["shop.rooms/a", "a"],
      ["shop.rooms/b", "b"],
    ]);
  }
  await own.get("unsubscribe", { subscription: 1 });
  const before = reads;
  // Two samplings of another client later it is still so.
  using other = await server.connect();
  await other.get("sample", { names: "shop.stock", everyMs: 10 });
  for (let count = 0; count < 3; count++) await other.notified("sample");
  assert.equal(reads, before);
});

test("no client samples more often than the server allows", async () => {
  using own = await server.connect();
  assert.equal((await own.get("sample", { names: "shop.stock", everyMs: 1 }))["everyMs"], 10);
});

for (const [what, params, message] of [
  ["no interval", { names: "shop.stock" }, /^ERR_PDM_INVALID_ARGUMENT: everyMs is missing/u],
  ["an interval of nothing", { names: "shop.stock", everyMs: 0 }, /^ERR_PDM_INVALID_ARGUMENT: everyMs/u],
  ["an interval of years", { names: "shop.stock", everyMs: 1e12 }, /^ERR_PDM_INVALID_ARGUMENT: everyMs/u],
  ["no names", { everyMs: 10 }, /^ERR_PDM_INVALID_ARGUMENT: names is missing/u],
  ["too many names", { names: ["a", "b", "c", "d", "e", "f"], everyMs: 10 }, /^ERR_PDM_LIMIT: .*bulkItems/u],
] as const) {
  test(`a sampling with ${what} is refused`, async () => {
    assert.match(await client.fail("sample", params), message);
  });
}

test("a sampling that is over the number of subscriptions is refused", async () => {
  using own = await server.connect();
  for (let count = 0; count < 3; count++) await own.get("sample", { names: "shop.stock", everyMs: 1_000 });
  assert.match(await own.fail("sample", { names: "shop.stock", everyMs: 10 }), /^ERR_PDM_LIMIT: .*\(subscriptions\)/u);
});

test("on change only what has changed is sent, and nothing where nothing has", async () => {
  using own = await server.connect();
  stock.value = 3;
  await own.get("sample", {
    names: ["shop.stock", "shop.broken", "shop.none", "shop.big"],
    everyMs: 10,
    onChange: true,
  });
  assert.deepEqual(outcomes(await own.notified("sample")), [
    ["shop.stock", 3],
    ["shop.broken", "ERR_PDM_FAILED"],
    ["shop.none", "ERR_PDM_NO_SUCH_NAME"],
    ["shop.big", big.value],
  ]);
  for (const value of [4, { deep: [new Map([[1, 2]])] }, null]) {
    stock.value = value;
    const sample = await own.notified("sample");
    assert.deepEqual(
      (sample["items"] as Item[]).map(({ name }) => name),
      ["shop.stock"],
    );
  }
  stock.value = 3;
  assert.deepEqual(outcomes(await own.notified("sample")), [["shop.stock", 3]]);
});

test("a value that changes far behind its start has changed", async () => {
  using own = await server.connect();
  await own.get("sample", { names: "shop.big", everyMs: 10, onChange: true });
  await own.notified("sample");
  big.value = `${"x".repeat(19_999)}y`;
  assert.deepEqual(outcomes(await own.notified("sample")), [["shop.big", big.value]]);
});

test("one that is late is an error among the others, and samples left out meanwhile are counted", async () => {
  using own = await server.connect();
  await own.get("sample", { names: ["shop.never", "shop.stock"], everyMs: 20 });
  const first = await own.notified("sample");
  assert.deepEqual(outcomes(first), [
    ["shop.never", "ERR_PDM_DEADLINE"],
    ["shop.stock", stock.value],
  ]);
  assert.ok(Number(first["skipped"]) >= 3, `skipped ${String(first["skipped"])}`);
});

test("a sampling that ends while it reads sends nothing afterwards", async () => {
  using own = await server.connect();
  const { subscription } = await own.get("sample", { names: "shop.slow", everyMs: 10 });
  while (finishSlow === undefined) await own.get("ping");
  await own.get("unsubscribe", { subscription });
  finishSlow("late");
  const id = own.send("ping");
  assert.equal((await own.next()).id, id);
});

test("after a loss everything is told again, though it has not changed", async () => {
  using own = await server.connect();
  await own.get("sample", { names: ["shop.big", "shop.counter", "shop.rooms/*"], everyMs: 10, onChange: true });
  await own.notified("sample");
  own.raw.socket.pause();
  // Enough for the socket's own buffers and then for the queue here.
  let size = 0;
  const start = reads;
  while (reads < start + 60) {
    big.value = "y".repeat(20_000 + size++);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  own.raw.socket.resume();
  const lost = await own.notified("lost");
  assert.ok(Number(lost["count"]) > 0);
  for (;;) {
    const names = ((await own.notified("sample"))["items"] as Item[]).map(({ name }) => name);
    if (names.includes("shop.rooms/a")) break;
  }
});
