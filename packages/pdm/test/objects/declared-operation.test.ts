import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { CallContext } from "../../src/objects/call-context.js";
import { operation } from "../../src/objects/declared-operation.js";
import type { OperationOptions } from "../../src/objects/declared-operation.js";
import type { NoParameters } from "../../src/objects/parameters.js";

const context = new CallContext({ session: 1, role: "operator" });

/** What the operation got, for the arguments that it takes. */
const order = operation({
  description: "Orders something.",
  effect: "change",
  params: {
    id: { type: "integer", description: "Number of the order." },
    quantity: { type: "integer", minimum: 1, default: 1 },
    note: { type: "string", maxLength: 10, "x-optional": true, "x-secret": true },
  },
  returns: { type: "array" },
  run: ({ id, quantity, note }, { signal }) => {
    const typed: [number, number, string | undefined] = [id, quantity, note];
    return [...typed, signal.aborted];
  },
});

test("an operation says what it takes, does and returns", () => {
  assert.equal(order.describe(), order.describe());
  assert.deepEqual(order.describe(), {
    description: "Orders something.",
    operations: {
      call: {
        description: "Orders something.",
        effect: "change",
        parameters: [
          { name: "id", type: { type: "integer", description: "Number of the order." }, required: true, secret: false },
          { name: "quantity", type: { type: "integer", minimum: 1, default: 1 }, required: false, secret: false },
          {
            name: "note",
            type: { type: "string", maxLength: 10, "x-optional": true, "x-secret": true },
            required: false,
            secret: true,
          },
        ],
        returns: { type: "array" },
      },
    },
  });
  const none = operation({ description: "Clears it.", effect: "destroy", run: () => 0 });
  assert.deepEqual(none.describe().operations?.["call"]?.parameters, []);
});

const calls: readonly (readonly [string, unknown[], object, unknown[]])[] = [
  ["by place", [17, 2, "soon"], {}, [17, 2, "soon", false]],
  ["by name", [], { note: "soon", id: 17 }, [17, 1, "soon", false]],
  ["by both", [17], { quantity: 3 }, [17, 3, undefined, false]],
  ["by place, with one that is undefined", [17, undefined, undefined], {}, [17, 1, undefined, false]],
];
for (const [how, args, kwargs, got] of calls) {
  test(`arguments come ${how}`, () => {
    assert.deepEqual(order.invoke("call", args, kwargs as Record<string, unknown>, context), got);
  });
}

const refused: readonly (readonly [unknown[], object, string, string])[] = [
  [[], {}, "id", "id is missing"],
  [["x"], {}, "id", 'id must be a whole number, not "x"'],
  [[undefined], {}, "id", "id must be a whole number, not undefined"],
  [[17, 0], {}, "quantity", "quantity must be a whole number of at least 1, not 0"],
  [[17], { id: 17 }, "id", "id is given twice, by its place and by its name"],
  [[17], { amount: 1 }, "amount", "amount is not a parameter; there are: id, quantity, note"],
  [[17], { constructor: 1 }, "constructor", "constructor is not a parameter; there are: id, quantity, note"],
  [[17, 1, "a", 4], {}, "argument 4", "argument 4 is one too many; there are: id, quantity, note"],
  [[17, 1, "a secret too long"], {}, "note", "note must be a string of at most 10 characters"],
];
for (const [args, kwargs, argument, message] of refused) {
  test(`what does not fit is refused before anything is called: ${message}`, () => {
    let calls = 0;
    const counted = operation({
      description: "Orders something.",
      effect: "change",
      params: {
        id: { type: "integer" },
        quantity: { type: "integer", minimum: 1, default: 1 },
        note: { type: "string", maxLength: 10, "x-optional": true, "x-secret": true },
      },
      run: () => (calls += 1),
    });
    assert.throws(() => counted.invoke("call", args, kwargs as Record<string, unknown>, context), {
      code: "ERR_PDM_INVALID_ARGUMENT",
      argument,
      message,
    });
    assert.equal(calls, 0);
  });
}

test("a parameter named like one of Object.prototype is looked for in the arguments themselves", () => {
  const named = operation({
    description: "Named so.",
    effect: "read",
    params: { valueOf: { type: "integer", "x-optional": true } },
    run: (args) => [args.valueOf, Object.keys(args)],
  });
  assert.deepEqual(named.invoke("call", [], {}, context), [undefined, []]);
  assert.deepEqual(named.invoke("call", [], { valueOf: 3 }, context), [3, ["valueOf"]]);
});

test("the one method is call", () => {
  for (const name of ["run", "toString", ""]) {
    assert.throws(() => order.invoke(name, [1], {}, context), { code: "ERR_PDM_UNKNOWN_METHOD" });
  }
});

test("each call gets a default of its own", () => {
  const append = operation({
    description: "Appends.",
    effect: "read",
    params: { items: { type: "array", default: [1] } },
    run: ({ items }) => (items as unknown[]).push(2),
  });
  assert.equal(append.invoke("call", [], {}, context), 2);
  assert.equal(append.invoke("call", [], {}, context), 2);
});

test("validators of another library change arguments, fill in defaults, and may take their time", async () => {
  const find = operation({
    description: "Finds it.",
    effect: "read",
    params: { sku: z.string().trim(), limit: z.int().default(5), after: z.string().optional() },
    run: ({ sku, limit, after }) => {
      const typed: [string, number, string | undefined] = [sku, limit, after];
      return typed;
    },
  });
  assert.deepEqual(find.invoke("call", [" tea "], {}, context), ["tea", 5, undefined]);
  assert.deepEqual(
    find.describe().operations?.["call"]?.parameters?.map(({ required }) => required),
    [true, false, false],
  );
  const slow = operation({
    description: "Takes its time.",
    effect: "read",
    params: { name: z.string().refine(async (name) => name !== "taken"), count: { type: "integer" } },
    run: ({ name, count }) => name.repeat(count),
  });
  assert.equal(await slow.invoke("call", ["a", 3], {}, context), "aaa");
  await assert.rejects(async () => slow.invoke("call", ["taken", 3], {}, context), {
    argument: "name",
    message: /^name is refused: /u,
  });
  // The refused count must leave no rejection behind that nobody handles.
  assert.throws(() => slow.invoke("call", ["taken", "x"], {}, context), { argument: "count" });
});

test("types are inferred from the declaration", () => {
  operation({
    description: "Wrong.",
    effect: "read",
    params: { id: { type: "integer" } },
    // @ts-expect-error -- a number is no text
    run: ({ id }) => id.trim(),
  });
  // @ts-expect-error -- a text is no whole number
  operation({ description: "Wrong.", effect: "read", returns: { type: "integer" }, run: () => "three" });
  // @ts-expect-error -- nobody knows what it does
  assert.throws(() => operation({ description: "Wrong.", run: () => 3 }), { message: /effect is missing/u });
});

const mistakes: readonly (readonly [string, object, RegExp])[] = [
  ["an unknown effect", { effect: "delete" }, /^operation "Orders\.": effect must be one of read, change/u],
  ["a parameter that is no identifier", { params: { "two words": {} } }, /"two words" is no name for a parameter/u],
  ["a parameter __proto__", { params: JSON.parse('{"__proto__":{}}') as object }, /"__proto__" is no name/u],
  ["a list of parameters", { params: [{ name: "id" }] }, /params must be an object of types/u],
  ["no run", { run: undefined }, /run must be a function/u],
];
for (const [what, options, message] of mistakes) {
  test(`an operation with ${what} is refused when it is declared`, () => {
    const all = { description: "Orders.", effect: "read", run: () => 1, ...options };
    assert.throws(() => operation(all as unknown as OperationOptions<NoParameters, undefined, unknown>), {
      code: "ERR_PDM_DECLARATION",
      message,
    });
  });
}
