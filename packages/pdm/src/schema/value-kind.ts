import type { JsonSchema, JsonTypeName, ValueKind } from "./json-schema.js";

type Predicate = (value: unknown) => boolean;

/** A type's test, and its name in the sentence `must be ...`. */
export interface KnownType {
  readonly accepts: Predicate;
  readonly phrase: string;
}

const isDate: Predicate = (value) => value instanceof Date && !Number.isNaN(value.getTime());

/** The types of JSON. Numbers are finite, as they are there; an object is what is nothing else. */
export const JSON_TYPES: Readonly<Record<JsonTypeName, KnownType>> = {
  array: { accepts: Array.isArray, phrase: "an array" },
  boolean: { accepts: (value) => typeof value === "boolean", phrase: "true or false" },
  integer: { accepts: Number.isInteger, phrase: "a whole number" },
  null: { accepts: (value) => value === null, phrase: "null" },
  number: { accepts: Number.isFinite, phrase: "a number" },
  object: { accepts: isObject, phrase: "an object" },
  string: { accepts: (value) => typeof value === "string", phrase: "a string" },
};

/** What JSON lacks. */
export const VALUE_KINDS: Readonly<Record<ValueKind, KnownType>> = {
  bigint: { accepts: (value) => typeof value === "bigint", phrase: "a bigint" },
  bytes: { accepts: (value) => value instanceof Uint8Array, phrase: "bytes" },
  date: { accepts: isDate, phrase: "a date" },
  error: { accepts: (value) => value instanceof Error, phrase: "an error" },
  map: { accepts: (value) => value instanceof Map, phrase: "a map" },
  set: { accepts: (value) => value instanceof Set, phrase: "a set" },
  stream: { accepts: isStream, phrase: "a stream" },
  undefined: { accepts: (value) => value === undefined, phrase: "undefined" },
};

/** The types that a schema names; undefined where it takes all. */
export function listTypes({ type }: JsonSchema): readonly JsonTypeName[] | undefined {
  return typeof type === "string" ? [type] : type;
}

/** Whether it has properties of its own that are its contents. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(
      value instanceof Date ||
      value instanceof Map ||
      value instanceof Set ||
      value instanceof Error ||
      value instanceof RegExp ||
      value instanceof ArrayBuffer
    )
  );
}

function isStream(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.asyncIterator in value || "getReader" in value;
}
