import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attribute, directory, event, expose, operation } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start({
    stock: attribute({
      description: "Pieces left.",
      kind: "gauge",
      unit: "{piece}",
      read: () => 3,
      write: () => undefined,
    }),
    sales: attribute({ description: "So far, in EUR.", kind: "counter", read: () => 250 }),
    token: attribute({ description: "Of the payment service.", secret: true, read: () => "hunter2" }),
    never: attribute({ description: "Never comes.", read: () => new Promise(() => undefined) }),
    broken: attribute({
      description: "Fails.",
      read: () => {
        throw new Error("no");
      },
    }),
    orders: directory({
      description: "Of today.",
      entries: {
        17: attribute({ description: "State of an order.", kind: "state", read: () => "packed" }),
        18: attribute({ description: "State of an order.", kind: "state", read: () => "sent" }),
        cancel: operation({ description: "Cancels one.", effect: "destroy", run: () => undefined }),
      },
    }),
    sold: event({ description: "Something was sold.", effect: "expose" }),
  });
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());

const ALL = ["stock", "sales", "token", "never", "broken", "orders", "orders/17", "orders/18", "orders/cancel", "sold"];
const ATTRIBUTES = ["stock", "sales", "token", "never", "broken", "orders/17", "orders/18"];

/** What is asked for, and what is listed below `shop.`; or what is said of it. */
const QUERIES: Readonly<Record<string, readonly [params: object, answer: readonly string[] | RegExp]>> = {
  "a glob of all objects": [{ names: "shop.**" }, ALL],
  "a glob of one level": [{ names: "shop.*" }, ALL.filter((name) => !name.includes("/"))],
  "a glob below an object": [{ names: "shop.orders/*" }, ["orders/17", "orders/18", "orders/cancel"]],
  "a glob with one character": [{ names: "shop.orders/1?" }, ["orders/17", "orders/18"]],
  "a name": [{ names: "shop.orders/17" }, ["orders/17"]],
  "several globs and names": [{ names: ["shop.s?l*", "shop.stock"] }, ["stock", "sales", "sold"]],
  "a glob in the middle": [{ names: "shop.*/cancel" }, ["orders/cancel"]],
  "a glob that fits nothing": [{ names: "shop.x*" }, []],
  "a name that is none": [{ names: "__proto__" }, []],
  "a text of the description, in whatever case": [
    { text: "ORDER" },
    ["orders", "orders/17", "orders/18", "orders/cancel"],
  ],
  "a text that stands nowhere": [{ text: "constructor" }, []],
  "a member of the attribute": [{ where: { kind: "counter" } }, ["sales"]],
  "a member of the attribute that nobody wrote down": [{ names: "shop.**", where: { writable: true } }, ["stock"]],
  "the effect of reading": [{ names: "shop.**", where: { effect: "expose" } }, ["token", "sold"]],
  "a member as a schema": [{ where: { unit: { minLength: 1 } } }, ["stock"]],
  "two members": [{ where: { kind: "counter", unit: "{piece}" } }, []],
  "its interfaces": [{ names: "shop.**", where: { interfaces: ["event"] } }, ["sold"]],
  "a member that every object inherits": [{ where: { constructor: {} } }, []],
  "a member named __proto__": [{ where: JSON.parse('{"__proto__":{}}') as object }, []],
  "a value": [{ names: "shop.**", value: "packed", timeoutMs: 2_000 }, ["orders/17"]],
  "a value's schema": [
    { names: ["shop.s*", "shop.broken", "shop.orders/*"], value: { type: "number", minimum: 100 } },
    ["sales"],
  ],
  "any value that can be read in time": [
    { names: "shop.**", value: {}, timeoutMs: 2_000 },
    ATTRIBUTES.filter((name) => name !== "never" && name !== "broken"),
  ],
  "all at once": [{ names: "shop.s*", text: "eur", where: { kind: "counter" }, value: 250 }, ["sales"]],
  "no glob at all": [{ names: "" }, /^ERR_PDM_INVALID_ARGUMENT: .*glob/u],
  "a glob of 1,025 characters": [{ names: "*".repeat(1_025) }, /^ERR_PDM_INVALID_ARGUMENT: .*1024/u],
  "33 globs": [{ names: Array.from({ length: 33 }, () => "*") }, /^ERR_PDM_LIMIT: there are 33 globs/u],
  "no text at all": [{ text: "" }, /^ERR_PDM_INVALID_ARGUMENT: text/u],
  "a pattern": [{ where: { kind: { pattern: "(a+)+" } } }, /^ERR_PDM_INVALID_ARGUMENT: where\.kind.*pattern/u],
  "an unknown keyword": [
    { value: { $ref: "#" } },
    /^ERR_PDM_INVALID_ARGUMENT: value: .*\$ref|^ERR_PDM_INVALID_ARGUMENT: value/u,
  ],
  "a filter that is a list": [{ where: ["kind"] }, /^ERR_PDM_INVALID_ARGUMENT: where/u],
  "more than 32 fields": [
    { where: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`f${index}`, 1])) },
    /^ERR_PDM_INVALID_ARGUMENT: where names more than 32 fields/u,
  ],
};

for (const [what, [params, expected]] of Object.entries(QUERIES)) {
  test(`list by ${what}`, async () => {
    if (expected instanceof RegExp) {
      assert.match(await client.fail("list", params), expected);
      return;
    }
    const { items } = await client.get("list", params);
    const names = (items as { name: string }[]).map(({ name }) => name).filter((name) => name.startsWith("shop."));
    assert.deepEqual(
      names,
      expected.map((name) => `shop.${name}`),
    );
  });
}

test("an item has name, interfaces and description, and nothing else", async () => {
  const { items } = await client.get("list", { names: "shop.stock" });
  assert.deepEqual(items, [{ name: "shop.stock", interfaces: ["attr"], description: "Pieces left." }]);
});

test("a directory in which nothing can match is not even asked", async () => {
  let asked = 0;
  const apart = {
    list: () => {
      asked += 1;
      return ["a"];
    },
    lookup: () => ({ read: () => 1 }),
  };
  using _exposure = expose("apart", { apart });
  for (const names of ["shop.**", "shop.orders/*", "apart.other/**", ["apart.apart", "s*"]]) {
    await client.get("list", { names });
    // One of them never comes.
    await client.get("readMany", { names, timeoutMs: 200 });
  }
  assert.equal(asked, 1, "only where a name may be below it");
  await client.get("list", { names: "apart.*/a" });
  assert.equal(asked, 2);
});
