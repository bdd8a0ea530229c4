import type { Runtime } from "node:inspector";
import { DIAGNOSIS_LIMITS } from "../limits.js";

/**
 * A value in brief, on one line, from what the inspector tells of it without running its code: `42n`, `'text'`, `Order { id: 42, … }`,
 * `Map(2) { 'a' => 1, … }`, `[Function: spin]`.
 */
export function describeRemoteValue(value: Runtime.RemoteObject): string {
  return cut(describe(value));
}

/** A property that has a getter, which was not run. */
export const ACCESSOR = "[Getter]";

function describe(value: Runtime.RemoteObject): string {
  const { type, subtype, description = "", preview } = value;
  if (type === "undefined") return "undefined";
  if (subtype === "null") return "null";
  if (type === "string") return quote(String(value.value));
  if (type === "function") return describeFunction(description);
  if (type !== "object") return value.unserializableValue ?? (description || String(value.value));
  if (subtype === "error" || subtype === "regexp" || subtype === "date") return firstLine(description);
  return preview === undefined ? firstLine(description) : describePreview(preview);
}

function describePreview(preview: Runtime.ObjectPreview): string {
  const { subtype, description = "Object", overflow, properties, entries } = preview;
  const isList = subtype === "array" || subtype === "typedarray";
  const parts =
    entries?.map(({ key, value }) =>
      key === undefined ? describePart(value) : `${describePart(key)} => ${describePart(value)}`,
    ) ??
    properties.map((property) =>
      isList && /^\d+$/.test(property.name)
        ? describeProperty(property)
        : `${showName(property.name)}: ${describeProperty(property)}`,
    );
  if (overflow) parts.push("…");
  const name = description === "Object" || /^Array\(\d+\)$/.test(description) ? "" : `${description} `;
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  return parts.length === 0 ? `${name}${open}${close}` : `${name}${open} ${parts.join(", ")} ${close}`;
}

function describePart(preview: Runtime.ObjectPreview): string {
  if (preview.type === "string") return quote(preview.description ?? "");
  return firstLine(preview.description ?? preview.type);
}

function describeProperty({ type, subtype, value = "" }: Runtime.PropertyPreview): string {
  if (type === "accessor") return ACCESSOR;
  if (type === "string") return quote(value);
  if (type === "function") return "[Function]";
  if (type === "object" && subtype === undefined && value === "Object") return "{…}";
  return firstLine(value);
}

function describeFunction(source: string): string {
  if (source.startsWith("class")) return `[${/^class(?:\s+[\w$]+)?/.exec(source)?.[0] ?? "class"}]`;
  const name = /^(?:async\s+)?function\s*\*?\s*([\w$]+)/.exec(source)?.[1];
  return name === undefined ? "[Function]" : `[Function: ${name}]`;
}

function showName(name: string): string {
  return /^[\w$]+$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  return `'${JSON.stringify(cut(text)).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function cut(text: string): string {
  const { valueCharacters } = DIAGNOSIS_LIMITS;
  return text.length <= valueCharacters ? text : `${text.slice(0, valueCharacters)}…`;
}
