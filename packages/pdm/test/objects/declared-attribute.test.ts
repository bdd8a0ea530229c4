import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { CallContext } from "../../src/objects/call-context.js";
import { attribute } from "../../src/objects/declared-attribute.js";
import type { AttributeOptions } from "../../src/objects/declared-attribute.js";
import { listInterfaces } from "../../src/objects/interfaces.js";

const context = new CallContext({ session: 1, role: "operator" });

test("an attribute says what it is, with the same frozen object each time", () => {
  const orders: string[] = ["a"];
  const count = attribute({
    description: "Orders placed.",
    unit: "{order}",
    kind: "counter",
    type: { type: "integer" },
    minimum: 0,
    deprecated: "use total",
    read: () => orders.length,
  });
  assert.equal(count.read(), 1);
  assert.equal(count.describe(), count.describe());
  assert.ok(Object.isFrozen(count.describe()) && Object.isFrozen(count.describe().attribute));
  assert.deepEqual(count.describe(), {
    description: "Orders placed.",
    deprecated: "use total",
    attribute: { type: { type: "integer", minimum: 0 }, unit: "{order}", kind: "counter" },
  });
  assert.deepEqual(listInterfaces(count), ["attr"]);
  assert.equal("write" in count, false);
});

test("what is beside the type lands in it", () => {
  const state = attribute({ description: "State.", allowed: ["open", "shut"], default: "open", read: () => "open" });
  assert.deepEqual(state.describe().attribute?.type, { enum: ["open", "shut"], default: "open" });
  const ratio = attribute({ description: "Ratio.", minimum: 0, maximum: 1, read: () => 0.5 });
  assert.deepEqual(ratio.describe().attribute?.type, { type: "number", minimum: 0, maximum: 1 });
});

test("types are inferred: of what is read, and of what is written", () => {
  let limit = 3;
  const typed = attribute({
    description: "Limit.",
    type: { type: "integer" },
    read: () => limit,
    write: (value, { caller }) => {
      const whole: number = value;
      const role: string = caller.role;
      limit = whole + role.length;
    },
  });
  const read: number | PromiseLike<number> = typed.read();
  assert.equal(read, 3);
  const untyped = attribute({ description: "Name.", read: async () => "tea" });
  const name: string | PromiseLike<string> = untyped.read();
  assert.ok(name instanceof Promise);
  // @ts-expect-error -- a text is no whole number
  attribute({ description: "Wrong.", type: { type: "integer" }, read: () => "three" });
  // @ts-expect-error -- not one of the constants
  attribute({ description: "Wrong.", type: { enum: ["open", "shut"] }, read: () => "ajar" });
});

test("a value that does not fit is refused before anything is changed, and one that fits is passed on with the context", () => {
  const written: unknown[] = [];
  const limit = attribute({
    description: "Limit.",
    type: { type: "object", properties: { most: { type: "integer", minimum: 1 } }, required: ["most"] },
    read: () => ({ most: 1 }),
    write: (value, given) => written.push(value, given),
  });
  assert.throws(() => limit.write?.({ most: 0 }, context), {
    name: "InvalidArgumentError",
    code: "ERR_PDM_INVALID_ARGUMENT",
    argument: "value",
    message: "value.most must be a whole number of at least 1, not 0",
  });
  assert.deepEqual(written, []);
  limit.write?.({ most: 5 }, context);
  assert.deepEqual(written, [{ most: 5 }, context]);
});

test("a secret value is in no message", () => {
  const secret = attribute({
    description: "Token.",
    type: { type: "string", maxLength: 4 },
    secret: true,
    read: () => "abc",
    write: () => undefined,
  });
  assert.equal(secret.describe().attribute?.secret, true);
  assert.throws(() => secret.write?.("hunter2", context), {
    message: "value must be a string of at most 4 characters",
  });
});

test("a validator of another library changes what is written, and may take its time", async () => {
  const written: unknown[] = [];
  const Limit = z.union([z.int(), z.string().regex(/^\d+$/u)]).pipe(z.coerce.number());
  const limit = attribute({
    description: "Limit.",
    type: Limit,
    read: () => 3,
    write: (value) => written.push(value),
  });
  limit.write?.("17" as never, context);
  assert.deepEqual([...written], [17]);
  const Slow = z.string().refine(async (text) => text !== "taken");
  const name = attribute({ description: "Name.", type: Slow, read: () => "a", write: (value) => written.push(value) });
  await name.write?.("free", context);
  await assert.rejects(async () => name.write?.("taken", context), { code: "ERR_PDM_INVALID_ARGUMENT" });
  assert.deepEqual(written, [17, "free"]);
});

const mistakes: readonly (readonly [string, object, RegExp])[] = [
  ["no description", { description: " " }, /^attribute: description must be a sentence/u],
  [
    "an unknown kind",
    { kind: "gage" },
    /^attribute "Size\.": kind must be one of gauge, counter, text, state, not "gage"/u,
  ],
  ["a unit that is no text", { unit: 3 }, /^attribute "Size\.": unit must be a UCUM unit/u],
  ["a unit with white space", { unit: "kibi bytes" }, /unit must be/u],
  [
    "an unknown effect",
    { effect: "delete" },
    /effect must be one of read, change, destroy, expose, execute, not "delete"/u,
  ],
  ["a writeEffect without write", { writeEffect: "destroy" }, /has a writeEffect, and no write/u],
  ["a misspelt name", { desciption: "x" }, /"desciption" is not known; there are: description/u],
  [
    "a minimum of a string",
    { type: { type: "string" }, minimum: 1 },
    /^attribute "Size\.": minimum says nothing of the type string/u,
  ],
  [
    "a counter of texts",
    { type: { type: "string" }, kind: "counter" },
    /the kind counter is of numbers, and its type is string/u,
  ],
  ["a minimum beside a validator", { type: z.int(), minimum: 1 }, /minimum belongs into the validator/u],
  ["a secret that is no yes or no", { secret: "yes" }, /secret must be true or false/u],
  ["a deprecated that says nothing", { deprecated: 3 }, /deprecated must be true or a text/u],
  ["no read", { read: undefined }, /read must be a function, not undefined/u],
  ["a write that is no function", { write: true }, /write must be a function, not true/u],
];
for (const [what, options, message] of mistakes) {
  test(`an attribute with ${what} is refused when it is declared`, () => {
    const all = { description: "Size.", read: () => 1, ...options } as unknown as AttributeOptions<undefined, unknown>;
    assert.throws(() => attribute(all), { name: "DeclarationError", code: "ERR_PDM_DECLARATION", message });
  });
}

test("a type outside of the subset is refused when it is declared, and the place named", () => {
  const price: object = { oneOf: [] };
  const type = { type: "object", properties: { price } } as const;
  assert.throws(() => attribute({ description: "Size.", type, read: () => ({}) }), {
    code: "ERR_PDM_SCHEMA",
    message: /^type\.properties\.price: the keyword "oneOf" is not part of/u,
  });
});
