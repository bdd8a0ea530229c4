import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attribute, ValueAttribute } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

let level = 3;
let stored: unknown = 0;
let writes = 0;
let large: unknown = "x".repeat(1_000);
let slow = 0;

const later = <T>(value: T): Promise<T> =>
  new Promise((resolve) => {
    setImmediate(resolve, value);
  });

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    {
      level: attribute({
        description: "A level.",
        type: { type: "integer" },
        minimum: 0,
        read: () => level,
        write: (value) => {
          writes += 1;
          level = value;
        },
      }),
      any: attribute({
        description: "Whatever.",
        read: () => stored,
        write: (value) => {
          writes += 1;
          stored = value;
        },
      }),
      slow: attribute({
        description: "Takes its time.",
        type: { type: "integer" },
        read: () => later(slow),
        write: async (value) => {
          await later(undefined);
          slow = value;
        },
      }),
      failing: attribute({
        description: "Fails.",
        read: () => 1,
        write: () => {
          throw new Error("disk full");
        },
      }),
      unreadable: attribute({
        description: "Cannot be read.",
        read: (): number => {
          throw new Error("no disk");
        },
        write: () => void (writes += 1),
      }),
      hanging: attribute({
        description: "Never done.",
        read: () => 1,
        write: () => new Promise(() => undefined),
      }),
      large: attribute({ description: "Large.", read: () => large, write: (value) => void (large = value) }),
      fixed: attribute({ description: "Cannot be written.", read: () => 1 }),
      plain: new ValueAttribute(1),
      directory: { list: () => [], lookup: () => undefined },
    },
    { limits: { valueItems: 100 } },
  );
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

test("a write to what cannot be read tells none", async () => {
  await using own = await RpcServer.start({ box: { list: () => [], lookup: () => 1, write: () => undefined } });
  const writer = await own.connect();
  assert.deepEqual(await writer.get("write", { name: "shop.box", value: 1 }), {});
});

test("a write tells the value before", async () => {
  level = 3;
  assert.deepEqual(await client.get("write", { name: "shop.level", value: 4 }), { before: 3 });
  assert.deepEqual(await client.get("write", { name: "shop.level", value: 5 }), { before: 4 });
  assert.equal(level, 5);
});

test("a value arrives as what its form stands for, whatever its names", async () => {
  for (const [form, check] of [
    [{ $date: "2026-11-25T12:00:00.000Z" }, (value: unknown) => value instanceof Date],
    [{ $map: [[1, 2]] }, (value: unknown) => value instanceof Map && value.get(1) === 2],
    [{ $bytes: "AQI=" }, (value: unknown) => value instanceof Uint8Array && value.length === 2],
    [{ $undefined: true }, (value: unknown) => value === undefined],
    [null, (value: unknown) => value === null],
    [{ $$name: 1 }, (value: unknown) => Object.hasOwn(value as object, "$name")],
    [
      JSON.parse('{"__proto__":{"polluted":1},"constructor":2}') as object,
      (value: unknown) =>
        Object.hasOwn(value as object, "__proto__") &&
        (Object.getPrototypeOf(value) as unknown) === Object.prototype &&
        (value as { polluted?: unknown }).polluted === undefined,
    ],
    [[{ a: 1 }, { $ref: "/0" }], (value: unknown) => (value as unknown[])[0] === (value as unknown[])[1]],
    [{ self: { $ref: "" } }, (value: unknown) => (value as { self: unknown }).self === value],
  ] as const) {
    await client.get("write", { name: "shop.any", value: form });
    assert.ok(check(stored), JSON.stringify(form));
  }
  stored = 0;
});

/** What is written, what is said of it; nothing is written. */
const REFUSALS: Readonly<Record<string, readonly [params: object, message: RegExp]>> = {
  "a value of another type": [
    { name: "level", value: "much" },
    /^ERR_PDM_INVALID_ARGUMENT: value must be a whole number.*, not "much"/u,
  ],
  "a value below the minimum": [{ name: "level", value: -1 }, /^ERR_PDM_INVALID_ARGUMENT: value must be/u],
  "no value": [{ name: "level" }, /^ERR_PDM_INVALID_ARGUMENT: value is missing/u],
  "a form that nobody knows": [{ name: "any", value: { $later: 1 } }, /^ERR_PDM_INVALID_ARGUMENT: value: .*"\$later"/u],
  "a form beside other names": [{ name: "any", value: { $date: null, a: 1 } }, /^ERR_PDM_INVALID_ARGUMENT: value: /u],
  "a reference to nothing": [{ name: "any", value: [{ $ref: "/5" }] }, /^ERR_PDM_INVALID_ARGUMENT: value: .*"\/5"/u],
  "a value that was cut": [
    { name: "any", value: [1, { $cut: { by: "items", left: 5 } }] },
    /^ERR_PDM_INVALID_ARGUMENT: value: .*was cut/u,
  ],
  "a stream": [{ name: "any", value: { $stream: 1 } }, /^ERR_PDM_INVALID_ARGUMENT: value: .*stream/u],
  "another expected value": [
    { name: "level", value: 9, expected: 8 },
    /^ERR_PDM_CONFLICT: shop\.level has another value than expected; nothing was written/u,
  ],
  "an expected value of another type": [{ name: "level", value: 9, expected: "3" }, /^ERR_PDM_CONFLICT/u],
  "an expected value that is undefined": [
    { name: "level", value: 9, expected: { $undefined: true } },
    /^ERR_PDM_CONFLICT/u,
  ],
  "an expected value that is no form": [
    { name: "level", value: 9, expected: { $later: 1 } },
    /^ERR_PDM_INVALID_ARGUMENT: expected: /u,
  ],
  "to what cannot be written": [{ name: "fixed", value: 1 }, /^ERR_PDM_READ_ONLY: shop\.fixed cannot be written/u],
  "to what has no write": [{ name: "plain", value: 1 }, /^ERR_PDM_READ_ONLY/u],
  "to what is no attribute": [{ name: "directory", value: 1 }, /^ERR_PDM_NO_SUCH_INTERFACE: .*attr/u],
  "to what is not there": [{ name: "none", value: 1 }, /^ERR_PDM_NO_SUCH_NAME/u],
  "to what cannot be read before": [{ name: "unreadable", value: 1 }, /^ERR_PDM_FAILED: .*no disk/u],
  "that fails": [{ name: "failing", value: 1 }, /^ERR_PDM_FAILED: shop\.failing failed: disk full/u],
  "that never ends": [{ name: "hanging", value: 1, timeoutMs: 30 }, /^ERR_PDM_DEADLINE: shop\.hanging/u],
};

for (const [what, [{ name, ...params }, message]] of Object.entries(REFUSALS) as [
  string,
  [{ name: string }, RegExp],
][]) {
  test(`a write of ${what} fails, and nothing is written`, async () => {
    level = 3;
    writes = 0;
    assert.match(await client.fail("write", { name: `shop.${name}`, ...params }), message);
    assert.deepEqual([level, writes], [3, 0]);
  });
}

test("the error of a value names it", async () => {
  const { error } = await client.ask("write", { name: "shop.level", value: "much" });
  assert.deepEqual(error?.data, { code: "ERR_PDM_INVALID_ARGUMENT", name: "shop.level", argument: "value" });
});

test("a write that expects the value now is done, whatever the value is", async () => {
  for (const form of [3, null, { $undefined: true }, { a: [1, { $date: null }] }, { $number: "-0" }, "text", []]) {
    await client.get("write", { name: "shop.any", value: form });
    assert.deepEqual(await client.get("write", { name: "shop.any", value: 0, expected: form }), { before: form });
  }
});

test("a value that is too large to be compared whole is not taken for another one", async () => {
  large = Array.from({ length: 200 }, () => 1);
  const expected = Array.from({ length: 200 }, (_, index) => (index < 150 ? 1 : 2));
  assert.match(
    await client.fail("write", { name: "shop.large", value: 1, expected }),
    /^ERR_PDM_LIMIT: the value is too large to be compared/u,
  );
  assert.equal((large as unknown[]).length, 200);
});

for (const name of ["level", "slow"]) {
  test(`of 50 writes at once that expect the same value of ${name}, one wins`, async () => {
    await client.get("write", { name: `shop.${name}`, value: 0 });
    const clients = await Promise.all(Array.from({ length: 5 }, () => server.connect()));
    const ids = Array.from({ length: 50 }, (_, index) => {
      const by = clients[index % 5] as LineClient;
      return [by, by.send("write", { name: `shop.${name}`, value: index + 1, expected: 0 }), index + 1] as const;
    });
    const won: number[] = [];
    for (const [by, id, value] of ids) {
      const { error } = await by.take((message) => message.id === id);
      if (error === undefined) won.push(value);
      else assert.equal(error.data.code, "ERR_PDM_CONFLICT");
    }
    assert.deepEqual(await client.get("read", { name: `shop.${name}` }), { value: won[0] });
    assert.equal(won.length, 1);
  });
}

test("writes to one object wait for each other, so that each tells the value before it", async () => {
  await client.get("write", { name: "shop.slow", value: 0 });
  const ids = [1, 2, 3, 4].map((value) => client.send("write", { name: "shop.slow", value }));
  const before: unknown[] = [];
  for (const id of ids) before.push((await client.take((message) => message.id === id)).result?.["before"]);
  assert.deepEqual(before, [0, 1, 2, 3]);
});
