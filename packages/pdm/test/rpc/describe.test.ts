import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attribute, directory, event, expose, operation, StaticDirectory, ValueAttribute } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

interface Described {
  readonly name: string;
  readonly interfaces: readonly string[];
  readonly cost?: { readonly reads: number; readonly meanMs: number; readonly lastMs: number };
}

const loop = new StaticDirectory({ leaf: new ValueAttribute(1) });
loop.set("self", loop);

const never = new Promise<never>(() => undefined);
const TRAP = Object.defineProperty({}, "read", {
  get: () => {
    throw new Error("trapped");
  },
});
const OBJECTS = {
  stock: attribute({
    description: "Pieces left.",
    type: { type: "integer" },
    unit: "{piece}",
    kind: "gauge",
    minimum: 0,
    deprecated: "use levels",
    read: () => 3,
    write: () => undefined,
  }),
  token: attribute({ description: "Of the payment service.", secret: true, read: () => "hunter2" }),
  cancel: operation({
    description: "Cancels an order.",
    effect: "destroy",
    params: { order: { type: "integer", description: "Its number." }, reason: { type: "string", default: "none" } },
    returns: { type: "boolean" },
    run: () => true,
  }),
  sold: event({ description: "Something was sold.", type: { type: "object" } }),
  plain: new ValueAttribute(5),
  methods: { invoke: () => 1 },
  loop,
  later: directory({
    description: "Knows its entries later.",
    list: () => Promise.resolve(["a", "b"]),
    lookup: (name) => Promise.resolve(new ValueAttribute(name)),
  }),
  broken: {
    list: () => {
      throw new Error("not today");
    },
    lookup: () => undefined,
    describe: () => {
      throw new Error("nor this");
    },
  },
  odd: {
    list: () => ["a/b", "", "text", "gone", "trap", "fine", "throws"],
    lookup: (name: string) => {
      if (name === "trap") return TRAP;
      if (name === "throws") throw new Error("no");
      return name === "text" ? "a text" : name === "gone" ? undefined : new ValueAttribute(name);
    },
  },
  wrong: { read: () => 1, describe: () => ({ description: { toString: 5 }, attribute: 7 }) },
};

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(OBJECTS);
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

async function describe(params: object, by: LineClient = client): Promise<Described[]> {
  return (await by.get("describe", params))["objects"] as Described[];
}

const namesOf = (objects: readonly Described[]): string[] => objects.map(({ name }) => name);

test("an object says what it is, and its effects where nobody said any", async () => {
  const one = async (name: string): Promise<unknown> => (await describe({ name, depth: 0 }))[0];
  assert.deepEqual(await one("shop.stock"), {
    name: "shop.stock",
    interfaces: ["attr"],
    description: "Pieces left.",
    deprecated: "use levels",
    attribute: {
      type: { type: "integer", minimum: 0 },
      unit: "{piece}",
      kind: "gauge",
      effect: "read",
      writable: true,
      writeEffect: "change",
    },
  });
  assert.deepEqual(await one("shop.token"), {
    name: "shop.token",
    interfaces: ["attr"],
    description: "Of the payment service.",
    attribute: { secret: true, effect: "expose", writable: false },
  });
  assert.deepEqual(await one("shop.cancel"), {
    name: "shop.cancel",
    interfaces: ["invoke"],
    description: "Cancels an order.",
    operations: {
      call: {
        description: "Cancels an order.",
        effect: "destroy",
        parameters: [
          { name: "order", type: { type: "integer", description: "Its number." }, required: true },
          { name: "reason", type: { type: "string", default: "none" }, required: false },
        ],
        returns: { type: "boolean" },
      },
    },
  });
  assert.deepEqual(await one("shop.sold"), {
    name: "shop.sold",
    interfaces: ["event"],
    description: "Something was sold.",
    event: { type: { type: "object" }, effect: "read" },
  });
  assert.deepEqual(await one("shop.plain"), {
    name: "shop.plain",
    interfaces: ["attr"],
    attribute: { effect: "read", writable: false },
  });
  assert.deepEqual(await one("shop.methods"), { name: "shop.methods", interfaces: ["invoke"] });
});

test("an object whose own words cannot be had, or make no sense, is described all the same", async () => {
  assert.deepEqual(await describe({ name: "shop.broken" }), [{ name: "shop.broken", interfaces: ["dir"] }]);
  const [wrong] = await describe({ name: "shop.wrong" });
  assert.deepEqual([wrong?.name, wrong?.interfaces], ["shop.wrong", ["attr"]]);
});

test("the whole tree has every object before its entries, what fails and what no name leads to left out", async () => {
  const names = namesOf(await describe({}));
  assert.deepEqual(
    names.filter((name) => name.startsWith("shop.")),
    [
      "stock",
      "token",
      "cancel",
      "sold",
      "plain",
      "methods",
      "loop",
      "loop/leaf",
      "loop/self",
      "later",
      "later/a",
      "later/b",
      "broken",
      "odd",
      "odd/fine",
      "wrong",
    ].map((name) => `shop.${name}`),
  );
  assert.ok(names.includes("pdm.perf.sysres/rusage"));
});

test("a part goes as deep as was asked for", async () => {
  assert.deepEqual(namesOf(await describe({ name: "shop.later" })), ["shop.later", "shop.later/a", "shop.later/b"]);
  assert.deepEqual(namesOf(await describe({ name: "shop.later", depth: 0 })), ["shop.later"]);
  assert.ok(!namesOf(await describe({ depth: 0 })).includes("shop.later/a"));
  assert.match(await client.fail("describe", { name: "shop.none" }), /^ERR_PDM_NO_SUCH_NAME/u);
  assert.match(await client.fail("describe", { depth: 33 }), /^ERR_PDM_INVALID_ARGUMENT: depth/u);
});

test("what has not changed is not sent again, costs do not count as a change, and what has changed is sent", async () => {
  const exposure = expose("changing", { thing: new ValueAttribute(1, "As it was.") });
  const params = { name: "changing.thing" };
  const { hash } = await client.get("describe", params);
  assert.deepEqual(await client.get("describe", { ...params, hash }), { hash, unchanged: true });
  await client.get("read", { name: "changing.thing" });
  assert.deepEqual(await client.get("describe", { ...params, hash }), { hash, unchanged: true });
  const [thing] = await describe(params);
  assert.deepEqual(Object.keys(thing?.cost ?? {}), ["reads", "meanMs", "lastMs"]);
  assert.equal(thing?.cost?.reads, 1);
  exposure.withdraw();
  using _changed = expose("changing", { thing: new ValueAttribute(1, "As it is.") });
  const answer = await client.get("describe", { ...params, hash });
  assert.notEqual(answer["hash"], hash);
  assert.equal((answer["objects"] as unknown[]).length, 1);
});

test("a large directory comes in pages, each object once, whatever the page's size", async () => {
  const many = new StaticDirectory();
  for (let index = 0; index < 10_000; index++) many.set(`n${index}`, new ValueAttribute(index, `Number ${index}.`));
  many.set("below", new StaticDirectory({ a: new ValueAttribute(1), b: new ValueAttribute(2) }));
  using _exposure = expose("large", { many });
  for (const params of [{ name: "large.many", limit: 997 }, { limit: 5_000 }, { name: "large.many" }]) {
    const seen: string[] = [];
    const hashes = new Set<unknown>();
    let cursor: unknown;
    do {
      const page = await client.get("describe", { ...params, cursor });
      const names = namesOf(page["objects"] as Described[]);
      assert.ok(names.length <= (params.limit ?? 1_000));
      seen.push(...names);
      hashes.add(page["hash"]);
      cursor = page["cursor"];
    } while (cursor !== undefined);
    const large = seen.filter((name) => name.startsWith("large."));
    assert.equal(large.length, 10_004);
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(large.slice(-3), ["large.many/below", "large.many/below/a", "large.many/below/b"]);
    assert.ok(hashes.size > 1, "each page has a hash of its own");
  }
});

test("a page that ends within a nested directory goes on there", async () => {
  using _exposure = expose("nested", {
    top: new StaticDirectory({ inner: new StaticDirectory({ a: new ValueAttribute(1), b: new ValueAttribute(2) }) }),
    next: new ValueAttribute(3),
  });
  const seen: string[] = [];
  let cursor: unknown;
  do {
    const page = await client.get("list", { names: "nested.**", limit: 1, cursor });
    seen.push(...namesOf(page["items"] as Described[]));
    cursor = page["cursor"];
  } while (cursor !== undefined);
  assert.deepEqual(seen, ["nested.top", "nested.top/inner", "nested.top/inner/a", "nested.top/inner/b", "nested.next"]);
});

test("a cursor at which nothing is any more, or never was, is refused", async () => {
  const many = new StaticDirectory({ a: new ValueAttribute(1), b: new ValueAttribute(2) });
  using _exposure = expose("passing", { many });
  const { cursor } = await client.get("describe", { name: "passing.many", limit: 2 });
  assert.equal(cursor, "passing.many/b");
  many.delete("b");
  for (const stale of [cursor, "shop.stock", "passing.manyx", "", "x", "passing.many/", "__proto__"]) {
    for (const [method, params] of [
      ["describe", { name: "passing.many" }],
      ["list", { names: "passing.**" }],
    ] as const) {
      if (method === "list" && stale === "shop.stock") continue;
      assert.match(await client.fail(method, { ...params, cursor: stale }), /^ERR_PDM_NO_SUCH_HANDLE: .*begin anew/u);
    }
  }
});

test("an object that never says what it is, and a directory that never lists, are left out in time for the others", async () => {
  using _exposure = expose("hanging", {
    silent: { read: () => 1, describe: () => never },
    endless: { list: () => never, lookup: () => undefined },
    lookup: { list: () => ["a"], lookup: () => never },
    last: new ValueAttribute(1, "Comes after them."),
  });
  const objects = await describe({ timeoutMs: 1_000 });
  assert.deepEqual(
    namesOf(objects).filter((name) => name.startsWith("hanging.")),
    ["hanging.silent", "hanging.endless", "hanging.lookup", "hanging.last"],
  );
  const { items } = await client.get("readMany", { names: ["hanging.**"], timeoutMs: 1_000 });
  assert.deepEqual(items, [
    { name: "hanging.silent", value: 1 },
    { name: "hanging.last", value: 1 },
  ]);
});

test("a secret's default, examples and allowed values are in no description", async () => {
  const type = { type: "string", default: "s3cret", examples: ["s3cret"], enum: ["s3cret", "other"] } as const;
  await using server = await RpcServer.start({
    password: attribute({ description: "A password.", secret: true, type, read: () => "s3cret" as const }),
    login: operation({
      description: "Logs in.",
      effect: "change",
      params: { token: { ...type, "x-secret": true } },
      run: () => null,
    }),
  });
  using client = await server.connect();
  for (const name of ["shop.password", "shop.login"]) {
    const text = JSON.stringify(await client.get("describe", { name }));
    assert.match(text, /"type":\{"type":"string"/u);
    assert.doesNotMatch(text, /s3cret/u);
  }
});
