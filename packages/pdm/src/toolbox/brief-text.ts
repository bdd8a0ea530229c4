import { inspect, types } from "node:util";

/** Own properties of an object that is still shown with what is in it. */
const MAX_PROPERTIES = 50;

/** What Node 20 keeps in promises while anything follows asynchronous calls. */
const NODES_OWN = /,? ?\[Symbol\((?:trigger_)?async_id_symbol\)\]: \d+/gu;

/**
 * A value on one line, of at most so many characters. Runs no inspection method of the value, no getter that is its own and no trap of a
 * proxy. Never throws.
 */
export function showBriefly(value: unknown, maxCharacters: number = 200): string {
  try {
    const text = inspect(value, createOptions(value, maxCharacters))
      .replace(NODES_OWN, "")
      .replace(/\s*\n\s*/gu, " ");
    return cut(text, maxCharacters);
  } catch {
    return typeof value === "function" ? "a function" : "an object that cannot be shown";
  }
}

function createOptions(value: unknown, maxCharacters: number): Parameters<typeof inspect>[1] {
  return {
    breakLength: Number.POSITIVE_INFINITY,
    colors: false,
    compact: true,
    customInspect: false,
    // Inspection has no limit for properties.
    depth: isLarge(value) ? -1 : 1,
    getters: false,
    maxArrayLength: 10,
    maxStringLength: maxCharacters,
    numericSeparator: false,
    showHidden: false,
    showProxy: false,
    sorted: false,
  };
}

function isLarge(value: unknown): boolean {
  if (typeof value !== "object" || value === null || types.isProxy(value) || Array.isArray(value)) return false;
  return !ArrayBuffer.isView(value) && Object.keys(value).length > MAX_PROPERTIES;
}

function cut(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;
}
