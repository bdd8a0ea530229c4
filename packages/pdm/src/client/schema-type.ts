import type { JsonSchema, JsonTypeName, ValueKind } from "../schema/json-schema.js";
import { escapeUnsafe } from "./quoted-text.js";

/** Types within each other; what is deeper is `unknown`. */
const MAX_DEPTH = 50;

/** A name that TypeScript takes unquoted. */
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const RESERVED: ReadonlySet<string> = new Set(
  (
    "any as asserts async await bigint boolean break case catch class const continue debugger default delete do else enum " +
    "export extends false finally for from function get if implements import in infer instanceof interface is keyof let " +
    "module namespace never new null number object of package private protected public readonly require return set static " +
    "string super switch symbol this throw true try type typeof undefined unique unknown var void while with yield"
  ).split(" "),
);

const SIMPLE_TYPES: ReadonlyMap<JsonTypeName, string> = new Map([
  ["boolean", "boolean"],
  ["integer", "number"],
  ["null", "null"],
  ["number", "number"],
  ["string", "string"],
]);

/**
 * The TypeScript type of the values that a schema describes; `unknown` where it says nothing that TypeScript can. It has
 * no text of the schema's but names, constants and comments, quoted so that none of it is code.
 *
 * @param schema as it came from elsewhere: what is of another form counts as a schema that says nothing
 * @param indent of the line on which the type begins
 */
export function writeSchemaType(schema: unknown, indent: string, depth: number = 0): string {
  if (!isSchema(schema) || depth >= MAX_DEPTH) return "unknown";
  const own = writeOwnType(schema, indent, depth);
  if (!Array.isArray(schema.anyOf)) return own;
  const alternatives = joinUnion(schema.anyOf.map((alternative) => writeSchemaType(alternative, indent, depth + 1)));
  if (alternatives === "unknown" || own === "unknown") return own === "unknown" ? alternatives : own;
  return `${wrap(alternatives)} & ${wrap(own)}`;
}

/** A property's name as TypeScript has it. */
export function writePropertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : quoteForSource(name);
}

/** Whether the name can stand for something in TypeScript: an interface, an element of a tuple. */
export function isBindingName(name: string): boolean {
  return IDENTIFIER.test(name) && !RESERVED.has(name);
}

/** A type as a part of another. */
export function wrap(type: string): string {
  return /^[\w.]+$/.test(type) ? type : `(${type})`;
}

/** A text as a TypeScript string, in ASCII that does not end a line or a comment. */
export function quoteForSource(text: string): string {
  return escapeUnsafe(JSON.stringify(text)).replaceAll(/[\u2028\u2029]/g, (character) =>
    character === "\u2028" ? "\\u2028" : "\\u2029",
  );
}

/** A comment of these lines above what follows at that indent, with its line feed; empty where there are none. */
export function writeComment(lines: readonly string[], indent: string): string {
  const texts = lines.flatMap((line) => line.split(/[\r\n\u2028\u2029]+/)).map(makeHarmless);
  if (texts.length === 0) return "";
  const [only] = texts;
  if (texts.length === 1) return `${indent}/** ${only} */\n`;
  return `${indent}/**\n${texts.map((text) => `${indent} * ${text}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

/** What a schema says for people: its description, and that it is deprecated. */
export function listRemarks(schema: unknown): string[] {
  if (!isSchema(schema)) return [];
  const { description, deprecated } = schema;
  return [...(typeof description === "string" ? [description] : []), ...(deprecated === true ? ["@deprecated"] : [])];
}

/** Nothing that ends the comment, and nothing that drives a terminal on which it is shown. */
function makeHarmless(text: string): string {
  return escapeUnsafe(text.replaceAll(/\p{Cc}/gu, " ")).replaceAll("*/", "*\\/");
}

function writeOwnType(schema: JsonSchema, indent: string, depth: number): string {
  if (Object.hasOwn(schema, "const")) return writeConstant(schema.const);
  if (Array.isArray(schema.enum)) return joinUnion(schema.enum.map(writeConstant));
  const kind = schema["x-value"];
  if (kind !== undefined) return writeKind(schema, kind, indent, depth);
  const names = typeof schema.type === "string" ? [schema.type] : schema.type;
  if (!Array.isArray(names)) return "unknown";
  return joinUnion(names.map((name: JsonTypeName) => writeNamed(schema, name, indent, depth)));
}

function writeNamed(schema: JsonSchema, name: JsonTypeName, indent: string, depth: number): string {
  if (name === "object") return writeObject(schema, indent, depth);
  if (name === "array") return writeArray(schema, indent, depth);
  return SIMPLE_TYPES.get(name) ?? "unknown";
}

function writeKind(schema: JsonSchema, kind: ValueKind, indent: string, depth: number): string {
  const inner = (part: unknown): string => writeSchemaType(part, indent, depth + 1);
  switch (kind) {
    case "bigint":
    case "undefined":
      return kind;
    case "bytes":
      return "Uint8Array";
    case "date":
      return "Date";
    case "error":
      return "Error";
    case "map":
      return `ReadonlyMap<unknown, ${inner(schema.additionalProperties)}>`;
    case "set":
      return `ReadonlySet<${inner(schema.items)}>`;
    case "stream":
      return "AsyncIterable<unknown>";
    default:
      return "unknown";
  }
}

function writeArray({ prefixItems, items, minItems }: JsonSchema, indent: string, depth: number): string {
  const inner = (part: unknown): string => writeSchemaType(part, indent, depth + 1);
  if (!Array.isArray(prefixItems)) return `readonly ${wrap(inner(items))}[]`;
  // Those that the schema names may be missing, unless so many have to be there.
  const parts = prefixItems.map((part, index) => `${wrap(inner(part))}${index < (minItems ?? 0) ? "" : "?"}`);
  if (items !== false) parts.push(`...${wrap(inner(items))}[]`);
  return `readonly [${parts.join(", ")}]`;
}

function writeObject(schema: JsonSchema, indent: string, depth: number): string {
  const { properties, required, additionalProperties: others } = schema;
  const deeper = `${indent}  `;
  const entries = isSchema(properties) ? Object.entries(properties) : [];
  if (entries.length === 0) {
    if (others === false) return "Record<string, never>";
    return `Record<string, ${writeSchemaType(others, indent, depth + 1)}>`;
  }
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name);
  const members = entries.map(([name, property]) => {
    const type = writeSchemaType(property, deeper, depth + 1);
    const comment = writeComment(listRemarks(property), deeper);
    return `${comment}${deeper}${writePropertyName(name)}${isRequired(name) ? "" : "?"}: ${type};\n`;
  });
  // Of a more exact type, an index signature would have to hold for the named ones too.
  if (isSchema(others)) members.push(`${deeper}[name: string]: unknown;\n`);
  return `{\n${members.join("")}${indent}}`;
}

function writeConstant(value: unknown): string {
  if (typeof value === "string") return quoteForSource(value);
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : "number";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "boolean" || value === null || value === undefined) return String(value);
  return "unknown";
}

function joinUnion(types: readonly string[]): string {
  const different = [...new Set(types)];
  if (different.length === 0) return "never";
  return different.includes("unknown") ? "unknown" : different.join(" | ");
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
