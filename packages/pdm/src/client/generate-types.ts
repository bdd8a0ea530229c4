import { PdmError } from "../errors.js";
import type { RemoteAttribute, RemoteOperation, RemoteParameter } from "./remote-description.js";
import type { ObjectDescription } from "./request-options.js";
import {
  isBindingName,
  listRemarks,
  quoteForSource,
  wrap,
  writeComment,
  writePropertyName,
  writeSchemaType,
} from "./schema-type.js";

/** Options of {@link generateTypes}. */
export interface GenerateTypesOptions {
  /** The name of the interface; `Objects` by default. */
  readonly name?: string | undefined;
}

const INDENT = "  ";

/**
 * A TypeScript declaration of what a service exposes: the text of a module that exports one interface, from name to types.
 * With it `connect<Objects>(spec)` knows the names, what reading gives and writing takes, the arguments of operations,
 * and what events carry. Descriptions become comments.
 *
 * The text has no import and no code, whatever the service says of itself. Nothing checks later that the service is still the same.
 *
 * @param description as `client.describe()` gives it, or a part of it
 * @throws PdmError `ERR_PDM_OPTION` for a name that is no identifier
 */
export function generateTypes(
  description: { readonly objects: readonly ObjectDescription[] },
  options: GenerateTypesOptions = {},
): string {
  const { name = "Objects" } = options;
  if (!isBindingName(name))
    throw new PdmError("ERR_PDM_OPTION", `name must be an identifier, not ${JSON.stringify(name)}`);
  const members = description.objects.map(writeObject).join("");
  return `/** What a service exposes, written by \`generateTypes\` of pdm/client: generate it anew rather than edit it. */
export interface ${name} {
${members}}
`;
}

function writeObject(object: ObjectDescription): string {
  const { description, deprecated, attribute, operations, event, interfaces } = object;
  const inner = `${INDENT}${INDENT}`;
  const members: string[] = [];
  if (interfaces.includes("attr")) members.push(...writeAttribute(attribute, inner));
  if (interfaces.includes("invoke")) members.push(`${inner}operations: ${writeOperations(operations, inner)};\n`);
  if (interfaces.includes("event")) members.push(`${inner}event: ${writeSchemaType(event?.type, inner)};\n`);
  const unit = attribute?.unit;
  const remarks = [
    ...(description === undefined ? [] : [description]),
    ...(typeof unit === "string" ? [`Unit: ${unit}`] : []),
    ...listDeprecation(deprecated),
  ];
  const type = members.length === 0 ? "object" : `{\n${members.join("")}${INDENT}}`;
  return `${writeComment(remarks, INDENT)}${INDENT}${quoteForSource(object.name)}: ${type};\n`;
}

function writeAttribute(attribute: RemoteAttribute | undefined, indent: string): string[] {
  const type = writeSchemaType(attribute?.type, indent);
  const read = `${indent}read: ${type};\n`;
  return attribute?.writable === true ? [read, `${indent}write: ${type};\n`] : [read];
}

/** Of one that has not said which there are, any may be called. */
function writeOperations(operations: Readonly<Record<string, RemoteOperation>> | undefined, indent: string): string {
  const inner = `${indent}${INDENT}`;
  if (operations === undefined) return `{\n${inner}[name: string]: ${writeUnknownOperation("unknown")};\n${indent}}`;
  const members = Object.entries(operations).map(([name, operation]) => {
    const { description, deprecated } = operation;
    const remarks = [...(typeof description === "string" ? [description] : []), ...listDeprecation(deprecated)];
    return `${writeComment(remarks, inner)}${inner}${writePropertyName(name)}: ${writeOperation(operation, inner)};\n`;
  });
  return `{\n${members.join("")}${indent}}`;
}

function writeOperation({ parameters, returns }: RemoteOperation, indent: string): string {
  const inner = `${indent}${INDENT}`;
  const returned = writeSchemaType(returns, inner);
  if (!Array.isArray(parameters)) return writeUnknownOperation(returned);
  const known = parameters as readonly RemoteParameter[];
  return [
    "{",
    `${inner}args: ${writePositional(known, inner)};`,
    `${inner}named: ${writeNamed(known, inner)};`,
    `${inner}returns: ${returned};`,
    `${indent}}`,
  ].join("\n");
}

function writeUnknownOperation(returned: string): string {
  return `{ args: readonly unknown[]; named: Record<string, unknown>; returns: ${returned} }`;
}

/** TypeScript has no optional element before a required one: such an argument may be undefined instead. */
function writePositional(parameters: readonly RemoteParameter[], indent: string): string {
  const lastRequired = parameters.findLastIndex(({ required }) => required);
  const elements = parameters.map(({ name, type, required }, index) => {
    const written = writeSchemaType(type, indent);
    const isOptional = index > lastRequired;
    const element = required || isOptional ? written : `${wrap(written)} | undefined`;
    if (!isBindingName(name)) return isOptional ? `${wrap(element)}?` : element;
    return `${name}${isOptional ? "?" : ""}: ${element}`;
  });
  return `readonly [${elements.join(", ")}]`;
}

function writeNamed(parameters: readonly RemoteParameter[], indent: string): string {
  if (parameters.length === 0) return "Record<string, never>";
  const inner = `${indent}${INDENT}`;
  const members = parameters.map(({ name, type, required }) => {
    const comment = writeComment(listRemarks(type), inner);
    return `${comment}${inner}${writePropertyName(name)}${required ? "" : "?"}: ${writeSchemaType(type, inner)};\n`;
  });
  return `{\n${members.join("")}${indent}}`;
}

function listDeprecation(deprecated: boolean | string | undefined): string[] {
  if (deprecated === undefined || deprecated === false) return [];
  return [typeof deprecated === "string" ? `@deprecated ${deprecated}` : "@deprecated"];
}
