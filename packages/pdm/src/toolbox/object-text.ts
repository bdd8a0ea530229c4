import type { OperationDescription } from "../objects/description.js";
import { isDirectory, isEventSource } from "../objects/interfaces.js";
import type { ObjectHandle } from "./object-handle.js";

/** Entries that are shown. */
const SHOWN_ENTRIES = 100;
/** Characters of a description in a list. */
const DESCRIPTION_CHARACTERS = 80;

/** A list of names with what each is; nothing is read. */
export function showNames(title: string, names: readonly (readonly [string, ObjectHandle | undefined])[]): string {
  if (names.length === 0) return `${title}\n  (empty)`;
  const shown = names.slice(0, SHOWN_ENTRIES);
  const width = Math.min(Math.max(...shown.map(([name]) => name.length)), 40);
  const lines = shown.map(([name, handle]) => `  ${name.padEnd(width)}  ${showKind(handle)}`.trimEnd());
  if (names.length > shown.length) lines.push(`  … ${names.length - shown.length} more`);
  return [title, ...lines].join("\n");
}

/** An object with what is below it. */
export function showHandle(
  handle: ObjectHandle,
  entries: readonly (readonly [string, ObjectHandle | undefined])[],
): string {
  const { name, object, interfaces, operations } = handle;
  const description = handle.describe()?.description;
  const title = `${name} (${interfaces.join(", ")})${description === undefined ? "" : `: ${description}`}`;
  const ways: string[] = [];
  if (interfaces.includes("attr")) ways.push("  .$value is its value");
  if (isEventSource(object))
    ways.push("  .on() prints its events, .on(listener) calls you, .next() is a promise of one");
  if (!isDirectory(object)) {
    for (const method of Object.keys(operations ?? {})) ways.push(`  ${showOperation(handle, method)}`);
    return [title, ...ways].join("\n");
  }
  return [showNames(title, entries), ...ways].join("\n");
}

/** `shop.orders/cancel(id, quantity = 1): Cancels an order. [change]` */
export function showOperation(handle: ObjectHandle, method: string): string {
  const operation = handle.operations?.[method];
  const name = method === "call" && handle.isOperation ? handle.name : `${handle.name}/${method}`;
  const description = operation?.description === undefined ? "" : `: ${operation.description}`;
  const effect = operation?.effect === undefined ? "" : ` [${operation.effect}]`;
  return `${name}(${showParameters(operation)})${description}${effect}`;
}

function showParameters(operation: OperationDescription | undefined): string {
  const parameters = operation?.parameters;
  if (parameters === undefined) return "…";
  return parameters
    .map(({ name, type, required }) => {
      if (type.default !== undefined) return `${name} = ${JSON.stringify(type.default)}`;
      return required ? name : `${name}?`;
    })
    .join(", ");
}

function showKind(handle: ObjectHandle | undefined): string {
  if (handle === undefined) return "";
  const said = handle.describe();
  const { description = "" } = said ?? {};
  const text =
    description.length > DESCRIPTION_CHARACTERS ? `${description.slice(0, DESCRIPTION_CHARACTERS - 1)}…` : description;
  const unit = said?.attribute?.unit === undefined ? "" : ` [${said.attribute.unit}]`;
  const kind = handle.isOperation ? "operation" : handle.interfaces.map((name) => KINDS[name]).join(", ");
  return `${kind}${unit}  ${text}`.trimEnd();
}

const KINDS = { dir: "directory", attr: "attribute", invoke: "methods", event: "event" } as const;
