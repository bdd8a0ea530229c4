import { showValue } from "./fault.js";
import type { JsonSchema, JsonTypeName } from "./json-schema.js";
import { JSON_TYPES, listTypes, VALUE_KINDS } from "./value-kind.js";

/** Constants of an `enum` that a phrase names. Over it: the rest is counted. */
const NAMED_CONSTANTS = 20;

/** What a schema wants of a value itself, without what is within it, as a phrase behind "must be": `a whole number of at least 1`. */
export function describeWanted(schema: JsonSchema, value: unknown): string {
  if ("const" in schema) return showConstant(schema.const);
  if (schema.enum !== undefined) return describeConstants(schema.enum);
  if (schema["x-value"] !== undefined) return VALUE_KINDS[schema["x-value"]].phrase + describeRange(schema);
  const phrases = (listTypes(schema) ?? [guessType(value)]).map(
    (type) => JSON_TYPES[type].phrase + describeBounds(type, schema),
  );
  return phrases.join(" or ");
}

function describeConstants(constants: readonly unknown[]): string {
  const shown = constants.slice(0, NAMED_CONSTANTS).map(showConstant);
  const more = constants.length - shown.length;
  return `${shown.length === 1 ? "" : "one of "}${shown.join(", ")}${more === 0 ? "" : ` and ${more} others`}`;
}

/** A constant is the author's own, so its contents may be shown. */
function showConstant(constant: unknown): string {
  if (typeof constant !== "object" || constant === null) return showValue(constant);
  try {
    return JSON.stringify(constant);
  } catch {
    return showValue(constant);
  }
}

/** Where the schema takes every type, the keywords for the value's own are what it failed. */
function guessType(value: unknown): JsonTypeName {
  if (Array.isArray(value)) return "array";
  if (typeof value === "string" || typeof value === "boolean") return typeof value as "string" | "boolean";
  return typeof value === "number" || typeof value === "bigint" ? "number" : "object";
}

function describeBounds(type: JsonTypeName, schema: JsonSchema): string {
  switch (type) {
    case "integer":
    case "number":
      return describeRange(schema);
    case "string": {
      const { minLength, maxLength, pattern } = schema;
      const length = describeCount(minLength, maxLength, "character");
      return `${length}${pattern === undefined ? "" : ` that matches ${showValue(pattern)}`}`;
    }
    case "array": {
      const { minItems, maxItems, uniqueItems } = schema;
      return `${describeCount(minItems, maxItems, "item")}${uniqueItems === true ? " without repetitions" : ""}`;
    }
    default:
      return "";
  }
}

function describeRange({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonSchema): string {
  const parts: string[] = [];
  if (minimum !== undefined && maximum !== undefined) parts.push(`from ${minimum} to ${maximum}`);
  else if (minimum !== undefined) parts.push(`of at least ${minimum}`);
  else if (maximum !== undefined) parts.push(`of at most ${maximum}`);
  if (exclusiveMinimum !== undefined) parts.push(`greater than ${exclusiveMinimum}`);
  if (exclusiveMaximum !== undefined) parts.push(`less than ${exclusiveMaximum}`);
  if (multipleOf !== undefined) parts.push(`that is a multiple of ${multipleOf}`);
  return parts.map((part) => ` ${part}`).join("");
}

function describeCount(least: number | undefined, most: number | undefined, noun: string): string {
  const plural = (count: number): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
  if (least === most && least !== undefined) return ` of ${plural(least)}`;
  if (least !== undefined && most !== undefined) return ` of ${least} to ${plural(most)}`;
  if (least !== undefined) return ` of at least ${plural(least)}`;
  return most === undefined ? "" : ` of at most ${plural(most)}`;
}
