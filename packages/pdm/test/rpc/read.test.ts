import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attribute, ValueAttribute } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

const deep = { orders: [{ sku: "tea", tags: new Map<unknown, unknown>([["a", 1]]) }, [1, [2, [3]]]], "": 5 };
const values: Record<string, unknown> = {
  number: 5,
  nothing: null,
  strange: [undefined, -0, Number.NaN, 10n, new Date(0), new Uint8Array([1, 2]), new Set([1])],
  deep,
  map: new Map<unknown, unknown>([
    ["key", { inner: "text" }],
    [7, "seven"],
    ["7", "text seven"],
  ]),
  list: Array.from({ length: 2_500 }, (_, index) => index),
  cases: Array.from({ length: 10 }, (_, index) => [index, "tea"]),
  text: "abcdefghij".repeat(1_000),
  bytes: Buffer.alloc(3_000, 7),
  error: Object.assign(new RangeError("too many"), { code: "E_MANY", limit: 5 }),
  constructor: "named so",
};

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    {
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new ValueAttribute(value)])),
      broken: attribute({
        description: "Fails.",
        read: () => {
          throw Object.assign(new TypeError("no disk"), { code: "EDISK", stack: "at secret.js" });
        },
      }),
      odd: new ValueAttribute({
        get trap(): never {
          throw new Error("trapped");
        },
      }),
      directory: { list: () => [], lookup: () => undefined },
    },
    { limits: { handles: 3 } },
  );
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

/** What is read, and its form; or what is said of it. */
const READS: Readonly<Record<string, readonly [params: object, answer: unknown]>> = {
  "a number": [{ name: "number" }, 5],
  null: [{ name: "nothing" }, null],
  "what JSON lacks": [
    { name: "strange" },
    [
      { $undefined: true },
      { $number: "-0" },
      { $number: "NaN" },
      { $bigint: "10" },
      { $date: "1970-01-01T00:00:00.000Z" },
      { $bytes: "AQI=" },
      { $set: [1] },
    ],
  ],
  "an object whose name every object has": [{ name: "constructor" }, "named so"],
  "an empty path": [{ name: "number", path: [] }, 5],
  "a path through objects and lists": [{ name: "deep", path: ["orders", 0, "sku"] }, "tea"],
  "a path through nested lists": [{ name: "deep", path: ["orders", 1, 1, 1, 0] }, 3],
  "a path with an empty name": [{ name: "deep", path: [""] }, 5],
  "a path into a Map within": [{ name: "deep", path: ["orders", 0, "tags", "a"] }, 1],
  "a path into a Map": [{ name: "map", path: ["key", "inner"] }, "text"],
  "a path to a Map's number": [{ name: "map", path: [7] }, "seven"],
  "a path to a Map's text": [{ name: "map", path: ["7"] }, "text seven"],
  "a path to a byte": [{ name: "bytes", path: [2_999] }, 7],
  "a path to an error's field": [{ name: "error", path: ["limit"] }, 5],
  "a path to an error's message": [{ name: "error", path: ["message"] }, "too many"],
  "a path to an error's stack": [
    { name: "error", path: ["stack"] },
    /^ERR_PDM_INVALID_ARGUMENT: .*nothing at \["stack"\]/u,
  ],
  "a path into a number": [{ name: "number", path: ["x"] }, /^ERR_PDM_INVALID_ARGUMENT: .*nothing at \["x"\]/u],
  "a path over a list's end": [{ name: "list", path: [2_500] }, /^ERR_PDM_INVALID_ARGUMENT: .*nothing at \[2500\]/u],
  "a path before a list's start": [{ name: "list", path: [-1] }, /^ERR_PDM_INVALID_ARGUMENT/u],
  "a path to a list's length": [{ name: "list", path: ["length"] }, /^ERR_PDM_INVALID_ARGUMENT/u],
  "a path to what every object inherits": [
    { name: "deep", path: ["constructor", "constructor"] },
    /^ERR_PDM_INVALID_ARGUMENT: .*nothing at \["constructor"\]/u,
  ],
  "a path through __proto__": [{ name: "deep", path: ["orders", "__proto__"] }, /^ERR_PDM_INVALID_ARGUMENT/u],
  "a path through a Map's own methods": [{ name: "map", path: ["size"] }, /^ERR_PDM_INVALID_ARGUMENT/u],
  "a path of 101 steps": [
    { name: "deep", path: Array.from({ length: 101 }, () => 0) },
    /^ERR_PDM_INVALID_ARGUMENT: path/u,
  ],
  "a path with a fraction": [{ name: "list", path: [0.5] }, /^ERR_PDM_INVALID_ARGUMENT: path\[0\]/u],
  "a path to a getter that throws": [{ name: "odd", path: ["trap"] }, /^ERR_PDM_FAILED: shop\.odd failed: trapped/u],
  "a value with a getter that throws": [{ name: "odd" }, /^ERR_PDM_FAILED: shop\.odd failed: trapped/u],
  "what is not there": [{ name: "none" }, /^ERR_PDM_NO_SUCH_NAME/u],
  "what is no attribute": [{ name: "directory" }, /^ERR_PDM_NO_SUCH_INTERFACE: .*attr/u],
  "an entry of what is no directory": [{ name: "number/x" }, /^ERR_PDM_NO_SUCH_INTERFACE: .*dir/u],
  "an attribute that fails": [{ name: "broken" }, /^ERR_PDM_FAILED: shop\.broken failed: no disk/u],
  "no items at all": [{ name: "list", limits: { items: 0 } }, /^ERR_PDM_INVALID_ARGUMENT: limits\.items/u],
  "less bytes than any mark needs": [
    { name: "list", limits: { bytes: 511 } },
    /^ERR_PDM_INVALID_ARGUMENT: limits\.bytes/u,
  ],
  "a handle that is none": [{ name: "number", limits: [] }, /^ERR_PDM_INVALID_ARGUMENT: limits/u],
};

for (const [what, [{ name, ...params }, expected]] of Object.entries(READS) as [
  string,
  [{ name: string }, unknown],
][]) {
  test(`read of ${what}`, async () => {
    const request = { name: `shop.${name}`, ...params };
    if (expected instanceof RegExp) assert.match(await client.fail("read", request), expected);
    else assert.deepEqual((await client.get("read", request))["value"], expected);
  });
}

test("of what an object threw, name, message and code are told, and no stack", async () => {
  const { error } = await client.ask("read", { name: "shop.broken" });
  assert.deepEqual(error, {
    code: -32_006,
    message: "shop.broken failed: no disk",
    data: {
      code: "ERR_PDM_FAILED",
      name: "shop.broken",
      error: { name: "TypeError", message: "no disk", code: "EDISK" },
    },
  });
});

interface CutMark {
  readonly $cut: { readonly handle: number; readonly left: number; readonly text?: string; readonly bytes?: string };
}

test("a list that is cut is fetched piece by piece, and is whole", async () => {
  const items: unknown[] = [];
  let { value } = (await client.get("read", { name: "shop.list", limits: { items: 1_000 } })) as { value: unknown[] };
  for (;;) {
    const last = value.at(-1) as CutMark | undefined;
    if (typeof last !== "object") break;
    items.push(...value.slice(0, -1));
    assert.equal(last.$cut.left, 2_500 - items.length);
    const { handle } = last.$cut;
    ({ value } = (await client.get("fetch", { handle, limits: { items: 1_000 } })) as { value: unknown[] });
    assert.deepEqual(await client.get("release", { handle }), {});
  }
  assert.deepEqual([...items, ...value], values["list"]);
});

test("a text and bytes that are cut are fetched piece by piece, and are whole", async () => {
  for (const [name, part, size] of [
    ["text", (mark: CutMark) => mark.$cut.text ?? "", 10_000],
    ["bytes", (mark: CutMark) => Buffer.from(mark.$cut.bytes ?? "", "base64").toString("latin1"), 3_000],
  ] as const) {
    let whole = "";
    let { value } = (await client.get("read", { name: `shop.${name}`, limits: { bytes: 1_000 } })) as {
      value: CutMark | string;
    };
    while (typeof value === "object" && "$cut" in value) {
      whole += part(value);
      assert.equal(value.$cut.left, size - whole.length);
      const { handle } = value.$cut;
      ({ value } = (await client.get("fetch", { handle, limits: { bytes: 1_000 } })) as { value: CutMark | string });
    }
    const rest = typeof value === "string" ? value : (value as { $bytes: string }).$bytes;
    whole += typeof value === "string" ? rest : Buffer.from(rest, "base64").toString("latin1");
    assert.equal(whole, Buffer.from(values[name] as string).toString("latin1"));
  }
});

test("from says how much of the rest is passed over, and may be over its end", async () => {
  const { value } = (await client.get("read", { name: "shop.list", limits: { items: 1 } })) as { value: CutMark[] };
  const handle = value[1]?.$cut.handle;
  assert.deepEqual((await client.get("fetch", { handle, from: 2_498 }))["value"], [2_499]);
  for (const from of [2_499, 1e15, 1e300]) assert.deepEqual((await client.get("fetch", { handle, from }))["value"], []);
  assert.match(await client.fail("fetch", { handle, from: -1 }), /^ERR_PDM_INVALID_ARGUMENT: from/u);
});

test("what is nested too deep is cut, and can be fetched", async () => {
  const { value } = (await client.get("read", { name: "shop.deep", limits: { depth: 1 } })) as {
    value: { orders: CutMark };
  };
  const { handle, ...mark } = value.orders.$cut;
  assert.deepEqual(mark, { by: "depth", kind: "array", size: 2 });
  const { value: orders } = (await client.get("fetch", { handle })) as { value: { sku: string }[] };
  assert.equal(orders[0]?.sku, "tea");
});

test("of what one reply cuts, as much has handles as can be kept, and those are good", async () => {
  const read = { name: "shop.cases", limits: { depth: 1 } };
  const { value } = (await client.get("read", read)) as { value: CutMark[] };
  const handles = value.flatMap(({ $cut: { handle } }) => (handle === undefined ? [] : [handle]));
  assert.equal(handles.length, 3);
  for (const handle of handles) {
    assert.equal(((await client.get("fetch", { handle, limits: { depth: 1 } }))["value"] as unknown[]).length, 2);
  }
});

test("a handle that was released, never was, or made room for others is there no more", async () => {
  using own = await server.connect();
  const cut = async (): Promise<number> => {
    const { value } = (await own.get("read", { name: "shop.list", limits: { items: 1 } })) as { value: CutMark[] };
    return value[1]?.$cut.handle ?? 0;
  };
  const gone = async (handle: unknown): Promise<void> =>
    assert.match(await own.fail("fetch", { handle }), /^ERR_PDM_NO_SUCH_HANDLE: .*read the value again/u);
  const released = await cut();
  await own.get("release", { handle: released });
  await gone(released);
  await gone(999);
  await gone(-1);
  assert.deepEqual(await own.get("release", { handle: 999 }), {});
  const first = await cut();
  for (let count = 0; count < 3; count++) await cut();
  await gone(first);
  const last = await cut();
  await own.get("fetch", { handle: last });
  // A session's handles are its own.
  using other = await server.connect();
  assert.match(await other.fail("fetch", { handle: last }), /^ERR_PDM_NO_SUCH_HANDLE/u);
});

test("a handle that was not used for long is there no more", async () => {
  await using forgetful = await RpcServer.start(
    { short: new ValueAttribute([1, 2, 3]) },
    { limits: { handleIdleMs: 20 } },
  );
  using own = await forgetful.connect();
  const { value } = (await own.get("read", { name: "shop.short", limits: { items: 1 } })) as { value: CutMark[] };
  for (;;) {
    // Each fetch makes it last longer, so that it is waited for in between.
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    const answer = await own.ask("fetch", { handle: value[1]?.$cut.handle });
    if (answer.error?.data.code === "ERR_PDM_NO_SUCH_HANDLE") break;
  }
});
