import type { JsonSchema } from "../../src/schema/json-schema.js";
import { OBJECT_DESCRIPTION } from "../../src/rpc/methods/definitions.js";
import type { Members, RpcMethod, RpcNotification } from "../../src/rpc/method.js";
import { METHODS } from "../../src/rpc/methods.js";
import { NOTIFICATIONS } from "../../src/rpc/notifications.js";
import { ERROR_CODES } from "../../src/rpc/rpc-error.js";

/** The parts of `docs/rpc.md` that come from the descriptors, as Markdown, by the name in the page's marks. */
export function renderReference(): ReadonlyMap<string, string> {
  return new Map([
    ["errors", renderErrors()],
    ["methods", [...METHODS.values()].map(renderMethod).join("\n\n")],
    ["notifications", NOTIFICATIONS.map(renderNotification).join("\n\n")],
    ["description", renderTable("member", OBJECT_DESCRIPTION.properties as Members)],
  ]);
}

/**
 * The page with these parts in place of what is between their marks.
 *
 * @throws Error where the page does not have the marks of a part exactly once
 */
export function replaceParts(page: string, parts: ReadonlyMap<string, string>): string {
  let text = page;
  for (const [name, part] of parts) {
    const [begin, end] = [`<!-- ${name}: made by npm run reference -->\n`, `<!-- end of ${name} -->`];
    const pieces = text.split(begin);
    const rest = pieces[1]?.split(end);
    if (pieces.length !== 2 || rest?.length !== 2) throw new Error(`the page has no part ${name}, or several`);
    text = [pieces[0], begin, "\n", part, "\n\n", end, rest[1]].join("");
  }
  return text;
}

function renderErrors(): string {
  const rows = Object.entries(ERROR_CODES).map(([name, { code, meaning }]) => `| ${code} | \`${name}\` | ${meaning} |`);
  return ["| `code` | `data.code` | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

function renderMethod({ name, summary, params, required = [], result, errors = [] }: RpcMethod): string {
  const parts = [`### \`${name}\``, summary];
  if (Object.keys(params).length > 0) parts.push(renderTable("parameter", params, required));
  const same = NOTIFICATIONS.find((notification) => notification.params === result);
  if (same !== undefined)
    parts.push(`Result: the same as in the [notification \`${same.name}\`](#notification-${same.name}).`);
  else if (Object.keys(result).length > 0) parts.push(renderTable("result", result));
  if (errors.length > 0) parts.push(`Errors of its own: ${errors.map((code) => `\`${code}\``).join(", ")}.`);
  return parts.join("\n\n");
}

function renderNotification({ name, summary, params }: RpcNotification): string {
  return [`### Notification \`${name}\``, summary, renderTable("parameter", params)].join("\n\n");
}

/** A table of members; those of objects that describe their own members follow them. */
function renderTable(kind: string, members: Members, required?: readonly string[]): string {
  const rows = listRows("", members).map(({ name, schema }) => {
    const need = required?.includes(name) === true ? "; required" : "";
    return `| \`${name}\` | ${escapeCell(sayType(schema) + need)} | ${escapeCell(schema.description ?? "")} |`;
  });
  return [`| ${kind} | type | |`, "| --- | --- | --- |", ...rows].join("\n");
}

interface Row {
  readonly name: string;
  readonly schema: JsonSchema;
}

function listRows(prefix: string, members: Readonly<Record<string, JsonSchema>>): Row[] {
  const rows: Row[] = [];
  for (const [key, schema] of Object.entries(members)) {
    const name = `${prefix}${key}`;
    rows.push({ name, schema }, ...listNested(name, schema));
  }
  return rows;
}

function listNested(name: string, schema: JsonSchema): Row[] {
  if (isDescribed(schema)) return listRows(`${name}.`, schema.properties ?? {});
  const { additionalProperties, items } = schema;
  if (typeof additionalProperties === "object") return listNested(`${name}.NAME`, additionalProperties);
  if (typeof items === "object" && items !== OBJECT_DESCRIPTION) return listNested(`${name}[]`, items);
  return [];
}

/** Whether its properties have descriptions of their own: then each gets a row. */
function isDescribed({ properties = {} }: JsonSchema): boolean {
  return Object.values(properties).some(({ description }) => description !== undefined);
}

/** A type in words. */
function sayType(schema: JsonSchema): string {
  if (schema === OBJECT_DESCRIPTION) return "[description](#descriptions)";
  if (schema.anyOf !== undefined) return schema.anyOf.map(sayType).join(" or ");
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(" or ");
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  if (types.length === 0) return "any value";
  return [types.map((type) => sayTypeName(type, schema)).join(" or "), ...listBounds(schema)].join(", ");
}

function sayTypeName(type: string, schema: JsonSchema): string {
  if (type === "array") return sayList(schema);
  if (type !== "object") return type;
  const { properties, additionalProperties } = schema;
  if (typeof additionalProperties === "object") return `object by name, each: ${sayType(additionalProperties)}`;
  if (properties === undefined || isDescribed(schema)) return "object";
  return `object of ${Object.entries(properties)
    .map(([name, property]) => `\`${name}\` (${sayType(property)})`)
    .join(", ")}`;
}

function sayList({ items, maxItems }: JsonSchema): string {
  const list = maxItems === undefined ? "list" : `list, at most ${maxItems},`;
  if (typeof items !== "object") return list;
  if (items === OBJECT_DESCRIPTION) return `${list} of [descriptions](#descriptions)`;
  return `${list} of: ${sayType(items)}`;
}

function listBounds({ minimum, maximum, format, default: preset }: JsonSchema): string[] {
  return [
    ...(format === undefined ? [] : [format]),
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(preset === undefined ? [] : [`default ${JSON.stringify(preset)}`]),
  ];
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
