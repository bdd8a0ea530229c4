import { types } from "node:util";
import { type MarkedForm, markedForm } from "./values.js";

/** How an object is written. */
export type Form = MarkedForm | "list" | "dict" | "set" | "bytes" | "fields";

/** The form of an object, whichever realm or copy of this package made it; undefined where there is none. */
export function formOf(object: object): Form | undefined {
  const marked = markedForm(object);
  if (marked) return marked;
  if (Array.isArray(object)) return "list";
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return "fields";
  if (types.isMap(object)) return "dict";
  if (types.isSet(object)) return "set";
  if (types.isUint8Array(object)) return "bytes";
  return isRootPrototype(prototype) ? "fields" : undefined;
}

/** Whether a prototype is the `Object.prototype` of some realm. */
function isRootPrototype(prototype: unknown): boolean {
  if (typeof prototype !== "object" || prototype === null) return false;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

const ADVICE: readonly (readonly [test: (value: object) => boolean, what: string, advice: string])[] = [
  [(value) => typeof value === "function", "a function", "send what it returns"],
  [types.isDate, "a Date", "send its getTime() / 1000 or its toISOString()"],
  [types.isPromise, "a promise", "await it first"],
  [types.isNativeError, "an Error", "throw it, or send its message"],
  [types.isRegExp, "a RegExp", "send its source"],
  [(value) => ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value), "a buffer", "send a Uint8Array of it"],
  [types.isBoxedPrimitive, "a boxed primitive", "send its valueOf()"],
];

/** What an object without a form is, and what to send instead. */
export function adviseOn(object: object): string {
  const known = ADVICE.find(([test]) => test(object));
  if (known) return `${known[1]}; ${known[2]}`;
  return `an instance of ${className(object)}; send a plain object or a Map of its fields, or an Instance that names a Python class`;
}

function className(object: object): string {
  const maker: unknown = Reflect.get(object, "constructor");
  return typeof maker === "function" && typeof maker.name === "string" && maker.name
    ? maker.name
    : "a class without a name";
}
