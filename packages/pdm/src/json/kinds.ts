import { types } from "node:util";
import { isCutPrototype } from "./cut.js";
import { isPlaceholderPrototype } from "./placeholder.js";

/** How an object that is no plain array or object of this realm is written. */
export type Kind =
  | "array"
  | "object"
  | "instance"
  | "map"
  | "set"
  | "error"
  | "date"
  | "regexp"
  | "binary"
  | "boxed"
  | "cut"
  | "placeholder";

/** The kind of an object, whichever realm or copy of this package made it. What a proxy hides is not looked for. */
export function kindOf(object: object): Kind {
  if (Array.isArray(object)) return "array";
  const prototype = Object.getPrototypeOf(object) as object | null;
  if (prototype === null) return "object";
  if (types.isMap(object)) return "map";
  if (types.isSet(object)) return "set";
  if (types.isDate(object)) return "date";
  if (types.isNativeError(object) || inheritsFrom(object, Error.prototype)) return "error";
  if (ArrayBuffer.isView(object) || types.isAnyArrayBuffer(object)) return "binary";
  if (types.isRegExp(object)) return "regexp";
  if (types.isBoxedPrimitive(object)) return "boxed";
  if (isCutPrototype(prototype)) return "cut";
  if (isPlaceholderPrototype(prototype)) return "placeholder";
  return isRootPrototype(prototype) ? "object" : "instance";
}

/** Whether a prototype is the `Object.prototype` of some realm. */
function isRootPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

/** A proxy may give one prototype after the other for ever. */
const MAX_PROTOTYPES = 1_000;

/** As `instanceof`, without running what a class may have put in its place. */
function inheritsFrom(object: object, ancestor: object): boolean {
  let prototype = Object.getPrototypeOf(object) as object | null;
  for (let count = 0; prototype !== null && count < MAX_PROTOTYPES; count++) {
    if (prototype === ancestor) return true;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return false;
}

/**
 * The name of the class that an object is an instance of, empty where it has none: the one that the class has for Python
 * (`pythonClass`) where it says so itself, so that it is the same over every protocol. Runs no getter.
 */
export function readClassName(object: object): string {
  let prototype = Object.getPrototypeOf(object) as object | null;
  for (let count = 0; prototype !== null && count < MAX_PROTOTYPES; count++) {
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
    if (typeof maker === "function") {
      const foreign: unknown = Object.getOwnPropertyDescriptor(maker, "pythonClass")?.value;
      return typeof foreign === "string" ? foreign : readFunctionName(maker);
    }
    // What generators and iterators have instead.
    const tag: unknown = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
    if (typeof tag === "string") return tag;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return "";
}

/** A function's own name, empty where it has none. Runs no getter. */
export function readFunctionName(callable: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(callable, "name")?.value;
  return typeof name === "string" ? name : "";
}
