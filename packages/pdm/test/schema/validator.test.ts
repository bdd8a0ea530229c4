import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { TypeSource } from "../../src/schema/infer.js";
import { createValidator } from "../../src/schema/validator.js";

test("a schema checks what it describes, and lets the value through as it is", () => {
  const validator = createValidator({ type: "integer", minimum: 1 }, "params.quantity");
  assert.deepEqual(validator.schema, { type: "integer", minimum: 1 });
  assert.deepEqual(validator.check(3), { value: 3 });
  assert.deepEqual(validator.check(0), {
    fault: {
      place: "",
      problem: "must be a whole number of at least 1, not 0",
      wanted: "must be a whole number of at least 1",
    },
  });
});

test("what has a default or is optional may be left out", () => {
  assert.equal(createValidator({ type: "integer" }, "type").isOptional, false);
  assert.equal(createValidator({ type: "integer", default: 3 }, "type").isOptional, true);
  assert.equal(createValidator({ type: "integer", "x-optional": true }, "type").isOptional, true);
  assert.equal(createValidator(z.int(), "type").isOptional, false);
  assert.equal(createValidator(z.int().optional(), "type").isOptional, true);
  assert.equal(createValidator(z.int().default(3), "type").isOptional, true);
});

const mistakes: readonly (readonly [string, TypeSource, RegExp])[] = [
  [
    "a default that does not fit",
    { type: "integer", default: "3" },
    /^type\.default: must be a whole number, not "3"/u,
  ],
  [
    "a keyword that says nothing of the type",
    { type: "object", properties: { name: { type: "string", minimum: 1 } } },
    /^type\.properties\.name: the keyword "minimum" says nothing of the type string/u,
  ],
  [
    "a validator without JSON Schema",
    { "~standard": { version: 1, vendor: "old", validate: () => ({ value: 1 }) } } as unknown as TypeSource,
    /^type: the validator of old cannot say its JSON Schema/u,
  ],
  [
    "a validator that cannot put its type into JSON Schema",
    {
      "~standard": {
        version: 1,
        vendor: "other",
        validate: () => ({ value: 1 }),
        jsonSchema: {
          input: () => {
            throw new Error("not this one");
          },
        },
      },
    } as unknown as TypeSource,
    /^type: the validator of other cannot say its JSON Schema: Error: not this one/u,
  ],
];
for (const [what, source, message] of mistakes) {
  test(`${what} is refused`, () => {
    assert.throws(() => createValidator(source, "type"), { code: "ERR_PDM_SCHEMA", message });
  });
}

const Line = z.object({ sku: z.string().min(1), quantity: z.int().min(1).default(1), at: z.date().optional() });

test("a validator of another library checks, changes the value, and is described as far as the subset goes", () => {
  const validator = createValidator(Line, "params.line");
  assert.deepEqual(validator.check({ sku: "tea" }), { value: { sku: "tea", quantity: 1 } });
  const verdict = validator.check({ sku: "tea", quantity: 0 });
  assert.ok("fault" in verdict && verdict.fault?.place === ".quantity", JSON.stringify(verdict));
  assert.match(verdict.fault.problem, /^is refused: /u);
  assert.deepEqual(validator.schema, {
    type: "object",
    properties: {
      sku: { type: "string", minLength: 1 },
      quantity: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 1 },
      at: {},
    },
    required: ["sku"],
  });
});

test("of what a validator says of itself, the part outside of the subset is left out, so that it takes more and never less", () => {
  const validator = createValidator(
    z.record(z.string().regex(/^a/u), z.union([z.int(), z.tuple([z.literal("x")]), z.lazy(() => Line)])),
    "type",
    "output",
  );
  assert.equal(validator.schema.type, "object");
  for (const value of [{ ab: 1 }, { b: ["x"] }]) assert.deepEqual(validator.check(value), { value });
  const loose = {
    "~standard": {
      version: 1,
      vendor: "other",
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        output: () => ({
          $ref: "#/$defs/a",
          type: "object",
          patternProperties: { "^a": {} },
          additionalProperties: false,
          properties: { a: true, b: { type: "bogus", minLength: 2, allOf: [] } },
        }),
      },
    },
  } as unknown as TypeSource;
  assert.deepEqual(createValidator(loose, "type", "output").schema, {
    type: "object",
    properties: { a: {}, b: { minLength: 2 } },
  });
});

test("a validator may take its time", async () => {
  const validator = createValidator(
    z.string().refine(async (name) => name !== "taken"),
    "params.name",
  );
  assert.deepEqual(await validator.check("free"), { value: "free" });
  const verdict = await validator.check("taken");
  assert.match(verdict.fault?.problem ?? "", /^is refused: /u);
});
