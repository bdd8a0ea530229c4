import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";
import { directory, expose, MethodTable, operation } from "../../src/index.js";
import type { CallContext } from "../../src/index.js";
import type { LineClient } from "./line-client.js";
import { RpcServer } from "./rpc-server.js";

/** What was called, with what. */
let calls: unknown[] = [];
let context: CallContext | undefined;
let onHold: () => void = () => undefined;

const order = operation({
  description: "Orders.",
  effect: "change",
  params: {
    sku: { type: "string", minLength: 1 },
    count: { type: "integer", minimum: 1, default: 1 },
    note: { type: "string", "x-optional": true },
  },
  run: (args) => {
    calls.push({ ...args });
    return calls.length;
  },
});
const hold = operation({
  description: "Holds on until it is aborted, or for ever.",
  effect: "read",
  run: (_args, own) => {
    context = own;
    onHold();
    return new Promise(() => undefined);
  },
});

let server: RpcServer;
let client: LineClient;
before(async () => {
  server = await RpcServer.start(
    {
      order,
      hold,
      orders: directory({ description: "Orders.", entries: { place: order } }),
      methods: new MethodTable({
        show: (...args: unknown[]) => {
          calls.push(args);
          return args;
        },
        later: () => Promise.resolve("later"),
        fail: () => {
          throw Object.assign(new RangeError("not today"), { code: "E_SHUT" });
        },
        failLater: () => Promise.reject(new Error("nor later")),
        throwText: () => {
          throw "just text";
        },
        throwDeadline: () => {
          throw Object.assign(new Error("the other server's"), { code: "ERR_PDM_DEADLINE" });
        },
        throwOdd: () => {
          throw Object.defineProperty(new Error("x"), "message", {
            get: () => {
              throw new Error("no message");
            },
          });
        },
        nothing: () => undefined,
      }),
      aware: { invoke: (_method: string, _args: unknown[], _kwargs: object, own: CallContext) => own.caller },
    },
    { role: "operator", policy: { operator: [{ names: "**", allow: ["change", "execute"] }] } },
  );
  client = await server.connect();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  calls = [];
});

/** The parameters of an invoke, what was called with, and the result. */
const CALLS: Readonly<Record<string, readonly [params: object, calls: readonly unknown[], result: unknown]>> = {
  "arguments by position": [{ name: "order", args: ["tea", 2, "now"] }, [{ sku: "tea", count: 2, note: "now" }], 1],
  "arguments by name": [{ name: "order", args: { count: 2, sku: "tea" } }, [{ sku: "tea", count: 2 }], 1],
  "named ones alone": [{ name: "order", named: { sku: "tea" } }, [{ sku: "tea", count: 1 }], 1],
  both: [{ name: "order", args: ["tea"], named: { note: "now" } }, [{ sku: "tea", count: 1, note: "now" }], 1],
  "the entry of a directory by the operation's name": [
    { name: "orders", operation: "place", args: ["tea"] },
    [{ sku: "tea", count: 1 }],
    1,
  ],
  "the same entry by its own": [{ name: "orders/place", args: ["tea"] }, [{ sku: "tea", count: 1 }], 1],
  "what is undefined, as if it were left out": [
    { name: "order", args: ["tea", { $undefined: true }] },
    [{ sku: "tea", count: 1 }],
    1,
  ],
  "no arguments": [{ name: "methods", operation: "show" }, [[]], []],
  "forms within arguments": [
    { name: "methods", operation: "show", args: [{ $bigint: "5" }, [{ $undefined: true }]] },
    [[5n, [undefined]]],
    [{ $bigint: "5" }, [{ $undefined: true }]],
  ],
  "a result that comes later": [{ name: "methods", operation: "later" }, [], "later"],
  "no result": [{ name: "methods", operation: "nothing" }, [], { $undefined: true }],
};

for (const [what, [{ name, ...params }, called, result]] of Object.entries(CALLS) as [
  string,
  [{ name: string }, unknown[], unknown],
][]) {
  test(`invoke with ${what}`, async () => {
    assert.deepEqual(await client.get("invoke", { name: `shop.${name}`, ...params }), { value: result });
    assert.deepEqual(calls, called);
  });
}

/** The parameters of an invoke, the argument that the error names, and what it says; nothing is called. */
const REFUSALS: Readonly<Record<string, readonly [params: object, argument: string | undefined, message: RegExp]>> = {
  "an argument of another type": [{ name: "order", args: [5] }, "sku", /^sku must be a string.*, not 5/u],
  "an argument below its minimum": [{ name: "order", args: ["tea", 0] }, "count", /^count must be .* 1, not 0/u],
  "an argument missing": [{ name: "order" }, "sku", /^sku is missing/u],
  "an argument too many": [{ name: "order", args: ["a", 1, "b", 4] }, "argument 4", /is one too many/u],
  "an unknown name": [
    { name: "order", args: { sku: "tea", colour: 1 } },
    "colour",
    /is not a parameter; there are: sku/u,
  ],
  "a name that every object has": [{ name: "order", named: { constructor: 1 } }, "constructor", /is not a parameter/u],
  "the name __proto__": [
    { name: "order", named: JSON.parse('{"__proto__":{"sku":"tea"}}') as object },
    "__proto__",
    /is not a parameter/u,
  ],
  "an argument by place and by name": [{ name: "order", args: ["tea"], named: { sku: "x" } }, "sku", /given twice/u],
  "an argument twice by name": [
    { name: "order", args: { sku: "a" }, named: { sku: "b" } },
    "sku",
    /^sku is given twice, in args and in named/u,
  ],
  "a form that is none, by place": [{ name: "order", args: ["a", { $x: 1 }] }, "args[1]", /^args\[1\]: .*"\$x"/u],
  "a form that is none, by name": [{ name: "order", named: { note: { $x: 1 } } }, "note", /^note: .*"\$x"/u],
  "arguments that are a text": [{ name: "order", args: "tea" }, "args", /^args must be/u],
  "an operation that is no text": [{ name: "order", operation: 5 }, "operation", /^operation must be/u],
};

for (const [what, [{ name, ...params }, argument, message]] of Object.entries(REFUSALS) as [
  string,
  [{ name: string }, string, RegExp],
][]) {
  test(`invoke with ${what} names it, and nothing is called`, async () => {
    const { error } = await client.ask("invoke", { name: `shop.${name}`, ...params });
    assert.deepEqual(
      [error?.code, error?.data.code, error?.data["argument"]],
      [-32_602, "ERR_PDM_INVALID_ARGUMENT", argument],
    );
    assert.match(error?.message ?? "", message);
    assert.deepEqual(calls, []);
  });
}

/** The method of `shop.methods`, and the error. */
const FAILURES: Readonly<Record<string, readonly [code: number, message: string, data: object]>> = {
  fail: [
    -32_006,
    "shop.methods failed: not today",
    { error: { name: "RangeError", message: "not today", code: "E_SHUT" } },
  ],
  failLater: [-32_006, "shop.methods failed: nor later", { error: { name: "Error", message: "nor later" } }],
  throwText: [-32_006, "shop.methods failed: just text", { error: { name: "string", message: "just text" } }],
  throwDeadline: [
    -32_006,
    "shop.methods failed: the other server's",
    { error: { name: "Error", message: "the other server's", code: "ERR_PDM_DEADLINE" } },
  ],
  throwOdd: [
    -32_006,
    "shop.methods failed: what was thrown cannot be shown",
    { error: { name: "Error", message: "what was thrown cannot be shown" } },
  ],
};

for (const [method, [code, message, data]] of Object.entries(FAILURES)) {
  test(`an operation that fails by ${method} is told with what it threw, and no stack`, async () => {
    assert.deepEqual((await client.ask("invoke", { name: "shop.methods", operation: method })).error, {
      code,
      message,
      data: { code: "ERR_PDM_FAILED", name: "shop.methods", ...data },
    });
  });
}

test("what is no operation, or none of that name, says so", async () => {
  for (const [params, message] of [
    [{ name: "shop.none" }, /^ERR_PDM_NO_SUCH_NAME/u],
    [{ name: "pdm.perf.sysinfo/pid" }, /^ERR_PDM_NO_SUCH_INTERFACE: .*invoke/u],
    [{ name: "shop.methods" }, /^ERR_PDM_UNKNOWN_METHOD: shop\.methods has no operation "call"/u],
    [{ name: "shop.methods", operation: "toString" }, /^ERR_PDM_UNKNOWN_METHOD/u],
    [{ name: "shop.methods", operation: "__proto__" }, /^ERR_PDM_UNKNOWN_METHOD/u],
    [{ name: "shop.order", operation: "run" }, /^ERR_PDM_UNKNOWN_METHOD/u],
  ] as const) {
    assert.match(await client.fail("invoke", params), message);
  }
  assert.deepEqual(calls, []);
});

test("who names an operation that is not there is told of those that are", async () => {
  const orders = directory({
    description: "Orders.",
    entries: { cancel: operation({ description: "Cancels.", effect: "destroy", run: () => null }) },
  });
  using exposure = expose("told", { orders });
  assert.equal(
    await client.fail("invoke", { name: "told.orders", method: "cancel" }),
    'ERR_PDM_UNKNOWN_METHOD: told.orders has no operation "call"; there are: cancel (parameter operation)',
  );
  exposure.withdraw();
});

test("an operation is told who calls", async () => {
  const { value } = await client.get("invoke", { name: "shop.aware" });
  assert.deepEqual(value, { session: client.hello.params?.["session"], role: "operator" });
});

for (const [how, end, code] of [
  ["is cancelled", async (by: LineClient, id: number) => void (await by.get("cancel", { id })), -32_007],
  ["takes too long", () => Promise.resolve(), -32_004],
  ["has nobody left who waits", async (by: LineClient) => by[Symbol.dispose](), undefined],
] as const) {
  test(`the signal of a call aborts when it ${how}`, async () => {
    using own = await server.connect();
    const held = new Promise<void>((resolve) => {
      onHold = resolve;
    });
    const id = own.send("invoke", { name: "shop.hold", timeoutMs: code === -32_004 ? 50 : 60_000 });
    await held;
    assert.equal(context?.signal.aborted, false);
    const aborted = once(context.signal, "abort");
    await end(own, id);
    await aborted;
    if (code === undefined) return;
    assert.equal((await own.take((message) => message.id === id)).error?.code, code);
  });
}
