import { SCHEMA_LIMITS } from "../limits.js";
import { describeKey, showValue } from "./fault.js";
import type { JsonSchema } from "./json-schema.js";
import { SchemaError } from "./schema-error.js";
import { JSON_TYPES, VALUE_KINDS } from "./value-kind.js";

/** What a keyword's value is, in the words of the complaint. */
type Form =
  | "a number"
  | "a number greater than 0"
  | "a whole number of at least 0"
  | "a text"
  | "true or false"
  | "a regular expression"
  | "one of the type names, or a list of different ones"
  | "one of the value kinds"
  | "a list of different texts"
  | "a constant"
  | "a list of constants"
  | "a schema"
  | "a schema or false"
  | "a schema, true or false"
  | "a list of schemas"
  | "an object of schemas";

/** Every keyword of the subset. */
const KEYWORDS: Readonly<Record<keyof JsonSchema, Form>> = {
  type: "one of the type names, or a list of different ones",
  enum: "a list of constants",
  const: "a constant",
  minimum: "a number",
  maximum: "a number",
  exclusiveMinimum: "a number",
  exclusiveMaximum: "a number",
  multipleOf: "a number greater than 0",
  minLength: "a whole number of at least 0",
  maxLength: "a whole number of at least 0",
  pattern: "a regular expression",
  minItems: "a whole number of at least 0",
  maxItems: "a whole number of at least 0",
  uniqueItems: "true or false",
  prefixItems: "a list of schemas",
  items: "a schema or false",
  properties: "an object of schemas",
  required: "a list of different texts",
  additionalProperties: "a schema, true or false",
  anyOf: "a list of schemas",
  title: "a text",
  description: "a text",
  default: "a constant",
  examples: "a list of constants",
  deprecated: "true or false",
  format: "a text",
  $comment: "a text",
  $schema: "a text",
  "x-value": "one of the value kinds",
  "x-optional": "true or false",
  "x-secret": "true or false",
};

/** What may be spent on looking at one schema. */
export interface SchemaBudget {
  /** Schemas and constants that are left; counted down. */
  nodes: number;
  readonly isTrusted: boolean;
}

/** Whether the subset has it. */
export function isKeyword(name: string): name is keyof JsonSchema {
  return Object.hasOwn(KEYWORDS, name);
}

/** Keywords whose check may take long, in proportion to more than the value's size. */
const COSTLY_KEYWORDS: ReadonlySet<string> = new Set(["pattern", "uniqueItems"]);

/**
 * Looks at the form of every keyword.
 *
 * @param place of the schema, for the complaint
 * @throws SchemaError for what is no schema of the subset, or over the budget; nothing of it was evaluated
 */
export function checkSchemaForm(schema: unknown, place: string, budget: SchemaBudget, depth: number = 0): void {
  spend(place, budget, depth);
  if (!isPlainObject(schema))
    throw new SchemaError(place, `must be a schema, an object of keywords, not ${showValue(schema)}`);
  for (const keyword of Object.keys(schema)) {
    if (!isKeyword(keyword)) {
      const known = Object.keys(KEYWORDS).join(", ");
      throw new SchemaError(
        place,
        `the keyword ${showValue(keyword)} is not part of the subset of JSON Schema that is known here; there are: ${known}`,
      );
    }
    // Of exact types it has none that is undefined, but JavaScript authors write them.
    if (schema[keyword] === undefined && keyword !== "const" && keyword !== "default") continue;
    if (!budget.isTrusted && COSTLY_KEYWORDS.has(keyword)) {
      throw new SchemaError(
        place,
        `the keyword ${showValue(keyword)} is not taken from clients, since its check could take too long`,
      );
    }
    checkForm(KEYWORDS[keyword], schema[keyword], `${place}${describeKey(keyword)}`, budget, depth + 1);
  }
  if (schema["x-value"] !== undefined && schema["type"] !== undefined) {
    throw new SchemaError(place, `"x-value" stands in place of "type": give one of them`);
  }
}

function spend(place: string, budget: SchemaBudget, depth: number): void {
  budget.nodes -= 1;
  if (depth > SCHEMA_LIMITS.depth) throw new SchemaError(place, `is nested deeper than ${SCHEMA_LIMITS.depth} levels`);
  if (budget.nodes < 0) throw new SchemaError(place, "the schema has too many parts");
}

function checkForm(form: Form, value: unknown, place: string, budget: SchemaBudget, depth: number): void {
  switch (form) {
    case "a number":
      return demand(Number.isFinite(value), form, value, place);
    case "a number greater than 0":
      return demand(Number.isFinite(value) && (value as number) > 0, form, value, place);
    case "a whole number of at least 0":
      return demand(Number.isInteger(value) && (value as number) >= 0, form, value, place);
    case "a text":
      return demand(typeof value === "string", form, value, place);
    case "true or false":
      return demand(typeof value === "boolean", form, value, place);
    case "a regular expression":
      return checkPattern(value, place);
    case "one of the type names, or a list of different ones":
      return checkTypeNames(value, place);
    case "one of the value kinds":
      return demand(
        typeof value === "string" && Object.hasOwn(VALUE_KINDS, value),
        `one of ${Object.keys(VALUE_KINDS).join(", ")}`,
        value,
        place,
      );
    case "a list of different texts":
      return demand(
        isListOfDifferent(value, (item) => typeof item === "string"),
        form,
        value,
        place,
      );
    case "a constant":
      return checkConstant(value, place, budget, depth);
    case "a list of constants":
      demand(Array.isArray(value), form, value, place);
      return checkConstant(value, place, budget, depth);
    case "a schema":
      return checkSchemaForm(value, place, budget, depth);
    case "a schema or false":
      return value === false ? undefined : checkSchemaForm(value, place, budget, depth);
    case "a schema, true or false":
      return typeof value === "boolean" ? undefined : checkSchemaForm(value, place, budget, depth);
    case "a list of schemas":
      demand(Array.isArray(value) && value.length > 0, `${form}, not empty`, value, place);
      for (const [index, item] of (value as unknown[]).entries()) {
        checkSchemaForm(item, `${place}[${index}]`, budget, depth);
      }
      return undefined;
    case "an object of schemas":
      demand(isPlainObject(value), form, value, place);
      for (const [key, item] of Object.entries(value as object)) {
        checkSchemaForm(item, `${place}${describeKey(key)}`, budget, depth);
      }
      return undefined;
  }
}

function demand(holds: boolean, form: string, value: unknown, place: string): void {
  if (!holds) throw new SchemaError(place, `must be ${form}, not ${showValue(value)}`);
}

function checkPattern(value: unknown, place: string): void {
  demand(typeof value === "string", "a regular expression as a text", value, place);
  try {
    RegExp(value as string, "u");
  } catch (error) {
    throw new SchemaError(place, `is no regular expression with the flag "u": ${(error as Error).message}`);
  }
}

function checkTypeNames(value: unknown, place: string): void {
  const holds = typeof value === "string" ? isTypeName(value) : isListOfDifferent(value, isTypeName);
  demand(holds, `one or more of ${Object.keys(JSON_TYPES).join(", ")}`, value, place);
}

function isTypeName(name: unknown): boolean {
  return typeof name === "string" && Object.hasOwn(JSON_TYPES, name);
}

function isListOfDifferent(value: unknown, accepts: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts) && new Set(value).size === value.length;
}

/** Constants are compared as deep as they are, so they must end somewhere. */
function checkConstant(value: unknown, place: string, budget: SchemaBudget, depth: number): void {
  spend(place, budget, depth);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkConstant(item, `${place}[${index}]`, budget, depth + 1);
  } else if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      checkConstant(item, `${place}${describeKey(key)}`, budget, depth + 1);
    }
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
