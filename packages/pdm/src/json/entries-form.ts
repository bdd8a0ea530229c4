import { marksOf } from "./marks.js";
import { quoteShort } from "./write-scalars.js";
import type { PartsKey } from "./written-values.js";

/** How a container of entries by name is written. */
export interface EntriesForm {
  readonly kind: "object" | "error";
  readonly opener: string;
  readonly closer: string;
  readonly partsKey: PartsKey;
}

export const PLAIN: EntriesForm = { kind: "object", opener: "{", closer: "}", partsKey: "" };
export const ERROR: EntriesForm = { kind: "error", opener: '{"$error":{', closer: "}}", partsKey: "$error" };

/** That of an instance of a class. */
export function formOfClass(className: string): EntriesForm {
  return { kind: "object", opener: `{"$class":${quoteShort(className).text}`, closer: "}", partsKey: "" };
}

/** Names of errors that are not written, or not as other fields are. */
const OWN_PLACE: ReadonlySet<string> = new Set(["name", "message", "code", "cause", "errors", "stack"]);

/** The entries of an error: their names, and the values of the first of them, which are no enumerable properties. No stack. */
export function readErrorEntries(error: Error): {
  readonly keys: readonly string[];
  readonly heads: readonly unknown[];
} {
  const keys: string[] = [];
  const heads: unknown[] = [];
  const name: unknown = error.name;
  keys.push("name");
  heads.push(typeof name === "string" ? name : "Error");
  const message: unknown = error.message;
  // One that was cut before its message has none.
  if (message !== "" || marksOf(error)?.cut === undefined || Object.hasOwn(error, "message")) {
    keys.push("message");
    heads.push(typeof message === "string" ? message : "");
  }
  for (const key of ["code", "cause", "errors"]) {
    const value: unknown = (error as unknown as Record<string, unknown>)[key];
    if (value === undefined && !Object.hasOwn(error, key)) continue;
    keys.push(key);
    heads.push(value);
  }
  for (const key of Object.keys(error)) if (!OWN_PLACE.has(key)) keys.push(key);
  return { keys, heads };
}
