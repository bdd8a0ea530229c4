import { SCHEMA_LIMITS } from "../limits.js";
import type { JsonSchema } from "./json-schema.js";
import { checkSchemaForm, isKeyword } from "./keywords.js";
import { SchemaError } from "./schema-error.js";

/** Keywords that loosen the one they stand beside: without them it would refuse what the whole schema takes. */
const LOOSENED: readonly (readonly [keyword: string, by: readonly string[]])[] = [
  ["additionalProperties", ["patternProperties"]],
  ["items", ["contains"]],
];

/**
 * The part of another library's JSON Schema that the subset can say. It describes, and takes all that the whole takes: what
 * is left out makes it take more, never less.
 */
export function pickDescribedPart(schema: unknown, depth: number = 0): JsonSchema {
  if (!isRecord(schema) || depth > SCHEMA_LIMITS.depth) return {};
  const picked: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "$schema" || !isKeyword(keyword)) continue;
    if (LOOSENED.some(([loosened, by]) => loosened === keyword && by.some((name) => name in schema))) continue;
    const part = pickPart(keyword, value, depth + 1);
    // In a form that the subset does not have, it is left out like a keyword that it does not have.
    if (part !== undefined && hasKnownForm({ [keyword]: part })) picked[keyword] = part;
  }
  return picked;
}

function pickPart(keyword: keyof JsonSchema, value: unknown, depth: number): unknown {
  switch (keyword) {
    case "items":
    case "additionalProperties":
      if (value === true && keyword === "items") return undefined;
      return typeof value === "boolean" ? value : pickDescribedPart(value, depth);
    case "anyOf":
    case "prefixItems":
      return Array.isArray(value) ? value.map((part) => pickDescribedPart(part, depth)) : undefined;
    case "properties":
      if (!isRecord(value)) return undefined;
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, pickDescribedPart(part, depth)]));
    default:
      return value;
  }
}

function hasKnownForm(schema: Record<string, unknown>): boolean {
  try {
    checkSchemaForm(schema, "", { nodes: Number.POSITIVE_INFINITY, isTrusted: true });
    return true;
  } catch (error) {
    if (error instanceof SchemaError) return false;
    throw error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
