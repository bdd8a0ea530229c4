import { isSimple } from "./quoted.js";
import type { EncodeOptions } from "./value-limits.js";
import { ValueWriter } from "./value-writer.js";

export type { EncodeOptions, ValueLimits } from "./value-limits.js";

/**
 * The JSON text of a value, in the forms that `docs/json-values.md` lists.
 *
 * It has no more bytes in UTF-8 than the limit; what is over a limit is cut and marked. Objects that occur more than once
 * are written once and referred to; so cycles work. Getters of enumerable properties run once each, in order; `toJSON`
 * does not run, nor do the iterators of Maps and Sets that are not the built-in ones. What getters, proxies and the
 * options' functions throw passes through.
 */
export function encodeValue(value: unknown, options: EncodeOptions): string {
  if (typeof value === "number" && value !== 0 && Number.isFinite(value)) return String(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value === null) return "null";
  if (typeof value === "string" && isSimple(value)) return `"${value}"`;
  return new ValueWriter(options).writeRoot(value);
}

/**
 * The text of a value from an index on: of an array, a Map or a Set from that item, of an object from that entry, of a
 * string from that UTF-16 code unit, of bytes from that byte (of a typed array: from the element that it is in). It has
 * the form of the whole, but what is missing of an error are fields of a plain object; those that an error has already
 * replace them. What has no parts is written whole. Pointers are of this text: what refers to the whole container has it
 * once more.
 *
 * `depth` below 1 counts as 1. An entry whose name alone is longer than the limit of bytes comes only with a higher one.
 */
export function encodeRest(value: unknown, from: number, options: EncodeOptions): string {
  const { limits } = options;
  const deepEnough = limits.depth >= 1 ? options : { ...options, limits: { ...limits, depth: 1 } };
  return new ValueWriter(deepEnough).writeRest(value, from);
}
