import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { compileSchema } from "../../src/schema/check.js";
import type { JsonSchema } from "../../src/schema/json-schema.js";

/** Few names and small numbers, so that values fit about as often as not. */
const NAMES = ["a", "b", "constructor", "x y"];
const name = fc.constantFrom(...NAMES);
const small = fc.integer({ min: -3, max: 6 });
const count = fc.integer({ min: 0, max: 4 });
const text = fc.constantFrom("", "a", "ab", "b\u{1f600}", "abc");

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.oneof(small, fc.constantFrom(0.5, 1.5, 1e6), text, fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4 }),
  ),
})).value;

const typeName = fc.constantFrom("array", "boolean", "integer", "null", "number", "object", "string");

const schema = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    fc.record(
      {
        type: fc.oneof(typeName, fc.uniqueArray(typeName, { minLength: 1, maxLength: 3 })),
        enum: fc.uniqueArray(value, { minLength: 1, maxLength: 4, selector: (item) => JSON.stringify(item) }),
        minimum: small,
        exclusiveMaximum: small,
        multipleOf: fc.constantFrom(0.5, 1, 2, 3),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        const: value,
        maximum: small,
        exclusiveMinimum: small,
        minLength: count,
        maxLength: count,
        pattern: fc.constantFrom("a", "^a.?$", ".{2}"),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        type: fc.constant("array" as const),
        items: fc.oneof(fc.constant(false as const), tie("schema")),
        prefixItems: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
        minItems: count,
        maxItems: count,
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        type: fc.constant("object" as const),
        properties: fc.dictionary(name, tie("schema"), { maxKeys: 3 }),
        required: fc.uniqueArray(name, { maxLength: 2 }),
        additionalProperties: fc.oneof(fc.boolean(), tie("schema")),
      },
      { requiredKeys: [] },
    ),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
  ),
})).schema;

test("every value of JSON gets the verdict that ajv gives it", () => {
  const ajv = new Ajv2020({ strict: false, ownProperties: true, validateSchema: false });
  const verdicts = { fits: 0, not: 0 };
  fc.assert(
    fc.property(schema, fc.array(value, { minLength: 1, maxLength: 12 }), (generated, values) => {
      // As it arrives: what JSON lacks, such as -0, is gone.
      const plain = JSON.parse(JSON.stringify(generated)) as JsonSchema;
      const check = compileSchema(plain);
      const validate = ajv.compile(plain);
      for (const one of JSON.parse(JSON.stringify(values)) as unknown[]) {
        const fault = check(one);
        verdicts[fault === undefined ? "fits" : "not"] += 1;
        assert.equal(fault === undefined, validate(one), `${JSON.stringify(one)}: ${JSON.stringify(fault)}`);
      }
    }),
    { numRuns: 3_000, seed: 1 },
  );
  assert.ok(verdicts.fits > 1_000 && verdicts.not > 1_000, JSON.stringify(verdicts));
});
