import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { InferInput, InferType } from "../../src/schema/infer.js";
import type { JsonSchema } from "../../src/schema/json-schema.js";

/** True only where both are the same type, `any` and `unknown` told apart; the compiler is the test. */
type Same<A, B> = [Relation<A>] extends [Relation<B>] ? ([Relation<B>] extends [Relation<A>] ? true : false) : false;

type Relation<A> = <T>() => T extends A ? 1 : 2;

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- given by the caller
function holds<_Claim extends true>(_claim: true): void {
  // Nothing is left of it at run time.
}

/** What a declaring function sees of its argument. */
function declare<const S extends JsonSchema>(_schema: S): InferType<S> | undefined {
  return undefined;
}

test("a claim of two different types does not compile", () => {
  // @ts-expect-error -- they are told apart
  holds<Same<unknown, number>>(true);
  // @ts-expect-error -- they are told apart
  holds<Same<{ readonly a: number }, { readonly a?: number }>>(true);
  assert.equal(declare({}), undefined);
});

test("a schema's simple types are those of TypeScript", () => {
  holds<Same<InferType<{ type: "string" }>, string>>(true);
  holds<Same<InferType<{ type: "integer"; minimum: 0 }>, number>>(true);
  holds<Same<InferType<{ type: "boolean" }>, boolean>>(true);
  holds<Same<InferType<{ type: "null" }>, null>>(true);
  holds<Same<InferType<{ type: readonly ["integer", "null"] }>, number | null>>(true);
  holds<Same<InferType<{ type: readonly ["string", "array"]; items: { type: "string" } }>, string | readonly string[]>>(
    true,
  );
  assert.equal(declare({ type: "string" }), undefined);
});

test("constants are literals", () => {
  holds<Same<InferType<{ const: "open" }>, "open">>(true);
  holds<Same<InferType<{ enum: readonly ["open", 3, null] }>, "open" | 3 | null>>(true);
  const status = declare({ type: "string", enum: ["placed", "invoiced"] });
  holds<Same<typeof status, "placed" | "invoiced" | undefined>>(true);
  assert.equal(status, undefined);
});

test("an object's properties are optional unless they are required", () => {
  const line = declare({
    type: "object",
    properties: { sku: { type: "string" }, quantity: { type: "integer" }, note: { type: ["string", "null"] } },
    required: ["sku", "quantity"],
  });
  holds<
    Same<
      NonNullable<typeof line>,
      { readonly sku: string; readonly quantity: number; readonly note?: string | null | undefined }
    >
  >(true);
  holds<
    Same<InferType<{ type: "object"; additionalProperties: { type: "integer" } }>, { readonly [name: string]: number }>
  >(true);
  const byInterface: { readonly anything: number } = { anything: 1 };
  const some: InferType<{ type: "object" }> = byInterface;
  assert.deepEqual(some, byInterface);
  holds<Same<InferType<{ type: "object"; additionalProperties: false }>, { readonly [name: string]: never }>>(true);
  assert.equal(line, undefined);
});

test("an array has items of one type, a tuple of several", () => {
  holds<Same<InferType<{ type: "array"; items: { type: "string" } }>, readonly string[]>>(true);
  holds<Same<InferType<{ type: "array" }>, readonly unknown[]>>(true);
  const pair = declare({
    type: "array",
    prefixItems: [{ type: "string" }, { type: "number" }],
    items: false,
    minItems: 2,
  });
  holds<Same<NonNullable<typeof pair>, readonly [string, number]>>(true);
  const open = declare({ type: "array", prefixItems: [{ type: "string" }], items: { type: "boolean" } });
  holds<Same<NonNullable<typeof open>, readonly [string?, ...boolean[]]>>(true);
  assert.equal(pair ?? open, undefined);
});

test("alternatives are a union", () => {
  const shape = declare({
    anyOf: [
      { type: "object", properties: { kind: { const: "dot" } }, required: ["kind"] },
      {
        type: "object",
        properties: { kind: { const: "line" }, length: { type: "number" } },
        required: ["kind", "length"],
      },
      { type: "null" },
    ],
  });
  holds<
    Same<typeof shape, { readonly kind: "dot" } | { readonly kind: "line"; readonly length: number } | null | undefined>
  >(true);
  assert.equal(shape, undefined);
});

test("what JSON lacks has JavaScript's types", () => {
  holds<Same<InferType<{ "x-value": "bigint" }>, bigint>>(true);
  holds<Same<InferType<{ "x-value": "bytes" }>, Uint8Array>>(true);
  holds<Same<InferType<{ "x-value": "date" }>, Date>>(true);
  holds<Same<InferType<{ "x-value": "error" }>, Error>>(true);
  holds<Same<InferType<{ "x-value": "undefined" }>, undefined>>(true);
  holds<Same<InferType<{ "x-value": "stream" }>, AsyncIterable<unknown>>>(true);
  holds<Same<InferType<{ "x-value": "set"; items: { type: "string" } }>, ReadonlySet<string>>>(true);
  holds<Same<InferType<{ "x-value": "map"; additionalProperties: { type: "integer" } }>, ReadonlyMap<unknown, number>>>(
    true,
  );
  assert.equal(declare({ "x-value": "date" }), undefined);
});

test("where a schema says nothing that TypeScript can, or is not known, the type is unknown", () => {
  holds<Same<InferType<{ minimum: 3 }>, unknown>>(true);
  holds<Same<InferType<{ title: "x" }>, unknown>>(true);
  holds<Same<InferType<JsonSchema>, unknown>>(true);
  assert.equal(declare({}), undefined);
});

test("a validator of another library gives its output, and its input to those who send", () => {
  const amount = z.string().transform(Number);
  holds<Same<InferType<typeof amount>, number>>(true);
  holds<Same<InferInput<typeof amount>, string>>(true);
  holds<Same<InferInput<{ type: "integer" }>, number>>(true);
  assert.equal(amount.parse("3"), 3);
});
