import assert from "node:assert/strict";
import { test } from "node:test";
import { compileClientSchema, compileSchema } from "../../src/schema/check.js";
import type { JsonSchema } from "../../src/schema/json-schema.js";
import { SchemaError } from "../../src/schema/schema-error.js";

/** What is said of a value: place and problem, or undefined where it fits. */
function judge(schema: JsonSchema, value: unknown): string | undefined {
  const fault = compileSchema(schema)(value);
  return fault === undefined ? undefined : `${fault.place} ${fault.problem}`.trim();
}

const LINE = {
  type: "object",
  properties: { sku: { type: "string" }, quantity: { type: "integer", minimum: 1 } },
  required: ["sku"],
  additionalProperties: false,
} as const;

const faults: readonly (readonly [JsonSchema, unknown, string])[] = [
  [{ type: "integer", minimum: 1 }, 0, "must be a whole number of at least 1, not 0"],
  [{ type: "integer" }, 1.5, "must be a whole number, not 1.5"],
  [{ type: "integer" }, "1", 'must be a whole number, not "1"'],
  [{ type: "integer" }, 1n, "must be a whole number, not 1n"],
  [{ type: "number" }, Number.NaN, "must be a number, not NaN"],
  [{ type: "number" }, Infinity, "must be a number, not Infinity"],
  [{ type: "number", minimum: 0, maximum: 1 }, 2, "must be a number from 0 to 1, not 2"],
  [{ type: "number", exclusiveMinimum: 0 }, 0, "must be a number greater than 0, not 0"],
  [{ type: "number", exclusiveMaximum: 5 }, 5, "must be a number less than 5, not 5"],
  [{ type: "number", multipleOf: 0.01 }, 19.995, "must be a number that is a multiple of 0.01, not 19.995"],
  [{ type: "boolean" }, 0, "must be true or false, not 0"],
  [{ type: "null" }, undefined, "must be null, not undefined"],
  [{ type: "string", maxLength: 3 }, "abcd", 'must be a string of at most 3 characters, not "abcd"'],
  [{ type: "string", minLength: 2 }, "\u{1f600}", 'must be a string of at least 2 characters, not "\u{1f600}"'],
  [{ type: "string", pattern: "^a+$" }, "b", 'must be a string that matches "^a+$", not "b"'],
  [{ type: ["integer", "null"] }, "x", 'must be a whole number or null, not "x"'],
  [{ enum: ["open", "closed"] }, "ajar", 'must be one of "open", "closed", not "ajar"'],
  [{ const: { a: [1] } }, { a: [2] }, 'must be {"a":[1]}, not an object'],
  [{ type: "array", minItems: 1 }, [], "must be an array of at least 1 item, not an array of 0 items"],
  [
    { type: "array", uniqueItems: true },
    [{ a: 1 }, { a: 1 }],
    "must be an array without repetitions, not an array of 2 items",
  ],
  [
    { type: "array", items: LINE },
    [{ sku: "a" }, { sku: "b", quantity: 0 }],
    "[1].quantity must be a whole number of at least 1, not 0",
  ],
  [
    { type: "array", prefixItems: [{ type: "string" }], items: false },
    ["a", 1],
    "must have no more than 1 items, not 2",
  ],
  [LINE, {}, ".sku is missing"],
  [LINE, { sku: undefined }, ".sku is missing"],
  [LINE, { sku: "a", size: 3 }, ".size is not one of the properties; there are: sku, quantity"],
  [LINE, [], "must be an object, not an array of 0 items"],
  [LINE, new Map([["sku", "a"]]), "must be an object, not a map"],
  [LINE, new Date(0), "must be an object, not a date"],
  [
    { type: "object", properties: { "two words": LINE } },
    { "two words": { sku: 5 } },
    '["two words"].sku must be a string, not 5',
  ],
  [
    { type: "object", additionalProperties: { type: "integer" } },
    { a: 1, b: "x" },
    '.b must be a whole number, not "x"',
  ],
  [{ type: "object", required: ["toString"] }, {}, ".toString is missing"],
  [{ minimum: 3 }, 2, "must be a number of at least 3, not 2"],
  [{ "x-value": "bigint", minimum: 1 }, 0n, "must be a bigint of at least 1, not 0n"],
  [{ "x-value": "bytes" }, [1], "must be bytes, not an array of 1 item"],
  [{ "x-value": "date" }, new Date(Number.NaN), "must be a date, not an invalid date"],
  [{ "x-value": "error" }, {}, "must be an error, not an object"],
  [
    { "x-value": "map", additionalProperties: { type: "integer" } },
    new Map([
      ["a", 1],
      ["b", null],
    ] as [string, unknown][]),
    ".b must be a whole number, not null",
  ],
  [{ "x-value": "set", items: { type: "string" } }, new Set(["a", 1]), "[1] must be a string, not 1"],
  [{ "x-value": "stream" }, [], "must be a stream, not an array of 0 items"],
  [{ "x-value": "undefined" }, null, "must be undefined, not null"],
  [{ anyOf: [{ type: "string" }, { type: "null" }] }, 5, "must be a string or null, not 5"],
  [{ anyOf: [{ const: "auto" }, { type: "number" }] }, "car", 'must be "auto" or a number, not "car"'],
  [
    {
      anyOf: [
        { type: "object", properties: { kind: { const: "dot" } }, required: ["kind"] },
        {
          type: "object",
          properties: { kind: { const: "line" }, length: { type: "number" } },
          required: ["kind", "length"],
        },
      ],
    },
    { kind: "line", length: "long" },
    '.length must be a number, not "long"',
  ],
  [
    {
      anyOf: [
        { type: "object", properties: { kind: { const: "dot" } }, required: ["kind"] },
        { type: "object", properties: { kind: { const: "line" } }, required: ["kind"] },
      ],
    },
    { kind: "blot" },
    '.kind must be "dot" or "line", not "blot"',
  ],
];
for (const [schema, value, problem] of faults) {
  test(`a fault is named in plain words: ${problem}`, () => assert.equal(judge(schema, value), problem));
}

const fits: readonly (readonly [string, JsonSchema, unknown])[] = [
  ["a property that is undefined counts as none", LINE, { sku: "a", quantity: undefined, other: undefined }],
  ["decimal fractions are multiples as people count", { multipleOf: 0.01 }, 19.99],
  ["a large bigint is compared exactly", { "x-value": "bigint", multipleOf: 7 }, 7n * 10n ** 30n],
  ["keywords of other types are ignored", { minimum: 3, minLength: 3, minItems: 3, required: ["a"] }, null],
  [
    "an instance of a class is an object",
    LINE,
    new (class {
      sku = "a";
    })(),
  ],
  ["equal constants may have their keys in another order", { const: { a: 1, b: [2] } }, { b: [2], a: 1 }],
  ["zero has one value", { const: 0 }, -0],
  [
    "items that look alike and are not are no repetition",
    { uniqueItems: true },
    [1, "1", true, "true", null, "null", [1], ["1"], {}, { a: 1 }, { a: "1" }],
  ],
  [
    "__proto__ is a name like any other",
    {
      type: "object",
      properties: JSON.parse('{"__proto__":{"type":"integer"}}') as Record<string, JsonSchema>,
      required: ["__proto__"],
    },
    JSON.parse('{"__proto__":1}'),
  ],
  [
    "a required property may be undefined where that is its type",
    { required: ["a"], properties: { a: { "x-value": "undefined" } } },
    { a: undefined },
  ],
  ["an async iterable is a stream", { "x-value": "stream" }, (async function* empty() {})()],
];
for (const [promise, schema, value] of fits) {
  test(promise, () => assert.equal(judge(schema, value), undefined));
}

test("a property named like one of Object.prototype is looked for in the object itself", () => {
  assert.equal(judge({ properties: { constructor: { type: "string" } } } as object, {}), undefined);
  assert.equal(judge({ type: "object", additionalProperties: false }, { toString: 1 })?.includes("toString"), true);
});

test("a value may be cyclic, also where its items must differ", () => {
  const cyclic: unknown[] = [1];
  cyclic.push(cyclic, [cyclic], { cyclic });
  assert.equal(judge({ type: "array", uniqueItems: true, items: {} }, cyclic), undefined);
});

test("items that are equal are a repetition, also where their parts were met before", () => {
  const one = { a: 1 };
  const other = { a: 1 };
  assert.match(judge({ uniqueItems: true }, [one, [other], [other, 1], [one, 1]]) ?? "", /without repetitions/u);
  assert.equal(judge({ uniqueItems: true }, [one, [other], [other, 1], [one, 2]]), undefined);
});

test("items that share their parts are compared in no time that grows with the ways to them", () => {
  let shared: unknown = [];
  for (let level = 0; level < 60; level += 1) shared = [shared, shared];
  assert.equal(judge({ uniqueItems: true }, [shared, [shared]]), undefined);
});

test("a value whose own code throws has a fault, and the check throws nothing", () => {
  const hostile = Object.defineProperty({}, "sku", { enumerable: true, get: () => assert.fail("no") });
  assert.match(judge(LINE, hostile) ?? "", /its own code threw/u);
});

test("what is shown of a value is short, and a fault can be told without anything of it", () => {
  const fault = compileSchema({ type: "string", maxLength: 8 })("secret".repeat(1_000));
  assert.ok((fault?.problem.length ?? 0) < 120);
  assert.equal(fault?.wanted, "must be a string of at most 8 characters");
  assert.match(judge({ type: "integer" }, 10n ** 100_000n) ?? "", /a large bigint/u);
});

const malformed: readonly (readonly [unknown, RegExp])[] = [
  [
    { type: "object", properties: { price: { oneOf: [] } } },
    /^type\.properties\.price: the keyword "oneOf" is not part of .*; there are: type, enum, /u,
  ],
  [{ $ref: "#" }, /^type: the keyword "\$ref"/u],
  [{ type: "int" }, /^type\.type: must be one or more of array, boolean/u],
  [{ type: ["string", "string"] }, /^type\.type: /u],
  [{ type: "array", items: { minimum: "1" } }, /^type\.items\.minimum: must be a number, not "1"/u],
  [{ minLength: -1 }, /^type\.minLength: must be a whole number of at least 0, not -1/u],
  [{ multipleOf: 0 }, /^type\.multipleOf: must be a number greater than 0/u],
  [{ anyOf: [] }, /^type\.anyOf: must be a list of schemas, not empty/u],
  [{ anyOf: [{}, { pattern: "(" }] }, /^type\.anyOf\[1\]\.pattern: is no regular expression/u],
  [{ items: true }, /^type\.items: must be a schema/u],
  [{ required: "a" }, /^type\.required: /u],
  [{ "x-value": "regexp" }, /^type\["x-value"\]: must be one of bigint/u],
  [{ "x-value": "date", type: "string" }, /^type: "x-value" stands in place of "type"/u],
  [true, /^type: must be a schema, an object of keywords, not true/u],
  [null, /^type: must be a schema/u],
];
for (const [schema, message] of malformed) {
  test(`a schema with a mistake is refused, and the place named: ${JSON.stringify(schema)}`, () => {
    assert.throws(() => compileSchema(schema as JsonSchema, "type"), {
      name: "SchemaError",
      code: "ERR_PDM_SCHEMA",
      message,
    });
  });
}

test("a schema within itself is refused", () => {
  const cyclic: { items?: object } = {};
  cyclic.items = cyclic;
  assert.throws(() => compileSchema(cyclic), /deeper than 64 levels/u);
  const constant: unknown[] = [];
  constant.push(constant);
  assert.throws(() => compileSchema({ const: constant }), /deeper than 64 levels/u);
});

test("a client's schema may neither match patterns nor be without end", () => {
  assert.equal(
    compileClientSchema({ type: "integer", minimum: 3 }, "where.count")(2)?.problem,
    "must be a whole number of at least 3, not 2",
  );
  assert.throws(
    () => compileClientSchema({ anyOf: [{ pattern: "(a+)+$" }] }, "where.name"),
    /^SchemaError: where\.name\.anyOf\[0\]: the keyword "pattern"/u,
  );
  assert.throws(() => compileClientSchema({ enum: Array.from({ length: 2_000 }, (_, n) => n) }, "where"), SchemaError);
  assert.throws(
    () => compileClientSchema({ anyOf: Array.from({ length: 2_000 }, () => ({})) }, "where"),
    /too many parts/u,
  );
  const deep = JSON.parse(`${'{"items":'.repeat(10_000)}{}${"}".repeat(10_000)}`) as unknown;
  assert.throws(() => compileClientSchema(deep, "where"), /deeper than 64 levels/u);
});

test("what an alternative says against a value is put into words only where no other takes it", () => {
  let shown = 0;
  const constant = {
    toJSON() {
      shown += 1;
      return "a";
    },
  };
  const check = compileSchema({ items: { anyOf: [{ const: constant }, { type: "number" }] } });
  assert.equal(check([1, 2, 3]), undefined);
  assert.equal(shown, 0);
  assert.equal(check([1, "b"])?.problem, 'must be "a" or a number, not "b"');
});
