import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attribute, StaticDirectory, ValueAttribute } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

interface Item {
  readonly name: string;
  readonly value?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data: { readonly code: string } };
}

let evaluations = 0;
let finishSlow: (value: unknown) => void = () => undefined;
let wasImmediateRun = false;
const many = new StaticDirectory();
for (let index = 0; index < 1_000; index++) many.set(`n${index}`, new ValueAttribute(index));
const blocking = new StaticDirectory();
for (let index = 0; index < 10; index++) {
  blocking.set(`b${index}`, {
    read: () => {
      if (index === 0) setImmediate(() => (wasImmediateRun = true));
      const end = performance.now() + 8;
      while (performance.now() < end);
      return wasImmediateRun;
    },
  });
}

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    {
      stock: new ValueAttribute(3),
      later: attribute({ description: "Comes later.", read: () => Promise.resolve("later") }),
      never: attribute({ description: "Never comes.", read: () => new Promise(() => undefined) }),
      broken: attribute({
        description: "Fails.",
        read: () => {
          throw new Error("no disk");
        },
      }),
      rejected: attribute({ description: "Fails later.", read: () => Promise.reject(new Error("no net")) }),
      slow: attribute({
        description: "Comes when the test says so.",
        read: () => {
          evaluations += 1;
          return new Promise((resolve) => {
            finishSlow = resolve;
          });
        },
      }),
      text: new ValueAttribute("x".repeat(40_000)),
      directory: new StaticDirectory({}),
      many,
      blocking,
    },
    { limits: { replyBytes: 100_000, bulkItems: 1_000 } },
  );
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

async function readMany(params: object): Promise<readonly Item[]> {
  return (await client.get("readMany", params))["items"] as Item[];
}

const outcomes = (items: readonly Item[]): Record<string, unknown> =>
  Object.fromEntries(items.map(({ name, value, error }) => [name, error === undefined ? value : error.data.code]));

test("each attribute has an outcome of its own, in the order asked for, and a name stands once", async () => {
  const names = ["stock", "broken", "none", "later", "directory", "rejected", "stock"].map((name) => `shop.${name}`);
  const items = await readMany({ names: [...names, "nonsense", "__proto__", "a.b/__proto__"] });
  assert.deepEqual(outcomes(items), {
    "shop.stock": 3,
    "shop.broken": "ERR_PDM_FAILED",
    "shop.none": "ERR_PDM_NO_SUCH_NAME",
    "shop.later": "later",
    "shop.directory": "ERR_PDM_NO_SUCH_INTERFACE",
    "shop.rejected": "ERR_PDM_FAILED",
    nonsense: "ERR_PDM_NO_SUCH_NAME",
    ["__proto__"]: "ERR_PDM_NO_SUCH_NAME",
    "a.b/__proto__": "ERR_PDM_NO_SUCH_NAME",
  });
  assert.equal(items[0]?.name, "shop.stock");
  assert.equal(items.length, 9);
  assert.deepEqual(
    items.map(({ name }) => name),
    Object.keys(outcomes(items)),
  );
});

test("an item's error is the one that a single read fails with", async () => {
  for (const name of ["shop.broken", "shop.none", "shop.directory"]) {
    const [item] = await readMany({ names: name });
    assert.deepEqual(item?.error, (await client.ask("read", { name })).error);
  }
});

test("those that are late are timed out, and the others are delivered", async () => {
  const items = await readMany({ names: ["shop.never", "shop.stock", "shop.later"], timeoutMs: 50 });
  assert.deepEqual(outcomes(items), {
    "shop.never": "ERR_PDM_DEADLINE",
    "shop.stock": 3,
    "shop.later": "later",
  });
  assert.match(items[0]?.error?.message ?? "", /^shop\.never did not answer within/u);
});

test("globs are found, attributes alone, and no more than bulkItems", async () => {
  assert.deepEqual(outcomes(await readMany({ names: ["shop.st*", "shop.many/n99?", "shop.directory*"] })), {
    "shop.stock": 3,
    ...Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`shop.many/n99${index}`, 990 + index])),
  });
  assert.equal((await readMany({ names: "shop.many/*" })).length, 1_000);
  assert.match(
    await client.fail("readMany", { names: ["shop.many/*", "shop.stock"] }),
    /^ERR_PDM_LIMIT: more than 1000 attributes at once \(bulkItems\)/u,
  );
  assert.deepEqual(await readMany({ names: [] }), []);
});

test("simultaneous reads of a slow attribute share one evaluation, whatever they come by", async () => {
  using other = await server.connect();
  evaluations = 0;
  const single = client.send("read", { name: "shop.slow" });
  const bulk = client.send("readMany", { names: ["shop.slow"] });
  const others = other.send("read", { name: "shop.slow", path: [] });
  await client.get("ping");
  await other.get("ping");
  assert.equal(evaluations, 1);
  finishSlow("done");
  const resultOf = async (by: LineClient, id: number): Promise<unknown> =>
    (await by.take((message) => message.id === id)).result;
  assert.deepEqual(await resultOf(client, single), { value: "done" });
  assert.deepEqual(await resultOf(client, bulk), { items: [{ name: "shop.slow", value: "done" }] });
  assert.deepEqual(await resultOf(other, others), { value: "done" });
  const again = client.send("read", { name: "shop.slow" });
  await client.get("ping");
  assert.equal(evaluations, 2);
  finishSlow("again");
  assert.deepEqual(await resultOf(client, again), { value: "again" });
});

test("attributes that block let others have the event loop in between", async () => {
  const items = await readMany({ names: "shop.blocking/*" });
  const seen = items.map(({ value }) => value);
  assert.equal(seen[0], false);
  assert.equal(seen.at(-1), true, "nothing else ran before the last was read");
});

test("a blocking attribute that uses up the time makes those behind it late, and them alone", async () => {
  const items = await readMany({ names: "shop.blocking/*", timeoutMs: 30 });
  assert.equal(items.length, 10);
  assert.equal(typeof items[0]?.value, "boolean");
  assert.equal(items.at(-1)?.error?.data.code, "ERR_PDM_DEADLINE");
});

test("values that are too large together are cut, and then an error each", async () => {
  const names = Array.from({ length: 6 }, (_, index) => `shop.many/n${index}`);
  for (const name of names) many.set(name.slice(10), new ValueAttribute("x".repeat(40_000)));
  const items = await readMany({ names: ["shop.stock", ...names] });
  assert.equal(items.length, 7);
  const kinds = items.map(({ value, error }) => error?.data.code ?? (typeof value === "object" ? "cut" : typeof value));
  assert.deepEqual(kinds.slice(0, 4), ["number", "string", "string", "cut"]);
  assert.ok(
    kinds.slice(4).every((kind) => kind === "ERR_PDM_LIMIT" || kind === "cut"),
    kinds.join(" "),
  );
  assert.ok(kinds.includes("ERR_PDM_LIMIT"));
});

test("a read that is cancelled is answered at once, and what comes later is nobody's", async () => {
  const id = client.send("readMany", { names: ["shop.never", "shop.stock"] });
  assert.deepEqual(await client.get("cancel", { id }), { cancelled: true });
  const answer = await client.take((message) => message.id === id);
  assert.equal(answer.error?.code, -32_007);
  assert.deepEqual(await client.get("cancel", { id }), { cancelled: false });
});
