import { describeKey } from "./fault.js";
import type { JsonSchema } from "./json-schema.js";
import { SchemaError } from "./schema-error.js";
import { listTypes } from "./value-kind.js";

const OF_NUMBERS = ["number", "integer", "bigint"];
const OF_STRINGS = ["string"];
const OF_ARRAYS = ["array"];
const OF_OBJECTS = ["object"];

/** The types and kinds that a keyword says something of. */
const SUBJECTS: Readonly<Partial<Record<keyof JsonSchema, readonly string[]>>> = {
  minimum: OF_NUMBERS,
  maximum: OF_NUMBERS,
  exclusiveMinimum: OF_NUMBERS,
  exclusiveMaximum: OF_NUMBERS,
  multipleOf: OF_NUMBERS,
  minLength: OF_STRINGS,
  maxLength: OF_STRINGS,
  pattern: OF_STRINGS,
  minItems: OF_ARRAYS,
  maxItems: OF_ARRAYS,
  uniqueItems: OF_ARRAYS,
  prefixItems: OF_ARRAYS,
  items: ["array", "set"],
  properties: OF_OBJECTS,
  required: OF_OBJECTS,
  additionalProperties: ["object", "map"],
};

/** A keyword that says nothing of any value that the schema's own type takes; undefined where there is none. */
export function findIdleKeyword(schema: JsonSchema): keyof JsonSchema | undefined {
  const kind = schema["x-value"];
  const types: readonly string[] | undefined = kind === undefined ? listTypes(schema) : [kind];
  if (types === undefined) return undefined;
  return (Object.keys(SUBJECTS) as (keyof JsonSchema)[]).find(
    (keyword) => schema[keyword] !== undefined && SUBJECTS[keyword]?.some((type) => types.includes(type)) === false,
  );
}

/**
 * Looks for such keywords everywhere in a schema that somebody wrote by hand: there they are mistakes.
 *
 * @throws SchemaError naming the place and the keyword
 */
export function refuseIdleKeywords(schema: JsonSchema, place: string): void {
  const idle = findIdleKeyword(schema);
  if (idle !== undefined) {
    const type = schema["x-value"] ?? String(schema.type);
    throw new SchemaError(place, `the keyword "${idle}" says nothing of the type ${type}`);
  }
  for (const keyword of ["items", "additionalProperties"] as const) {
    const part = schema[keyword];
    if (typeof part === "object") refuseIdleKeywords(part, `${place}.${keyword}`);
  }
  for (const keyword of ["prefixItems", "anyOf"] as const) {
    for (const [index, part] of (schema[keyword] ?? []).entries()) {
      refuseIdleKeywords(part, `${place}.${keyword}[${index}]`);
    }
  }
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    refuseIdleKeywords(part, `${place}.properties${describeKey(name)}`);
  }
}
