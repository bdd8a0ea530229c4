import { types } from "node:util";

/** Objects whose chain of prototypes is longer are looked at no further: nobody means such a chain. */
const MAX_PROTOTYPES = 1_000;

/** Elements of an array whose other properties are still listed: V8 has no way to list those alone. */
const MAX_LISTED_ELEMENTS = 10_000;

/** What is looked at here runs no code of the value's: no getter, no trap of a proxy. */

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** V8 has the service's `Error.prepareStackTrace` write the stack of an error when its property is described for the first time. */
const STACK: PropertyDescriptor = { get: () => undefined, enumerable: false, configurable: true };

const { propertyIsEnumerable: isEnumerable } = Object.prototype;

/** An own property as it is declared; undefined where there is none, in a proxy, and for a module's export that is not initialised. */
export function describeOwn(object: object, key: PropertyKey): PropertyDescriptor | undefined {
  if (types.isProxy(object)) return undefined;
  try {
    if (key === "stack" && Object.hasOwn(object, key) && !isEnumerable.call(object, key)) return STACK;
    return Object.getOwnPropertyDescriptor(object, key);
  } catch {
    return undefined;
  }
}

/** The object and its prototypes, until there is a proxy among them or no more. */
export function* prototypeChain(object: object): Generator<object> {
  let next: object | null = object;
  for (let count = 0; next !== null && count < MAX_PROTOTYPES && !types.isProxy(next); count += 1) {
    yield next;
    next = Object.getPrototypeOf(next) as object | null;
  }
}

/** The property that reading the name would find. */
export function describeProperty(object: object, key: PropertyKey): PropertyDescriptor | undefined {
  for (const holder of prototypeChain(object)) {
    const descriptor = describeOwn(holder, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

/** A box with what reading the name would give; undefined where that is not known without running code, or nothing is there. */
export function readData(value: unknown, key: PropertyKey): { readonly value: unknown } | undefined {
  const object = isObject(value) ? value : primitivePrototype(value);
  if (object === undefined) return undefined;
  if (typeof value === "string" && key === "length") return { value: value.length };
  const descriptor = describeProperty(object, key);
  return descriptor !== undefined && "value" in descriptor ? { value: descriptor.value as unknown } : undefined;
}

/** Where the properties of a primitive value are found. */
export function primitivePrototype(value: unknown): object | undefined {
  switch (typeof value) {
    case "string":
      return String.prototype;
    case "number":
      return Number.prototype;
    case "boolean":
      return Boolean.prototype;
    case "bigint":
      return BigInt.prototype;
    case "symbol":
      return Symbol.prototype;
    default:
      return undefined;
  }
}

/** The name that a function was given; undefined where it has none, or a getter. */
export function functionName(call: object): string | undefined {
  const name: unknown = describeOwn(call, "name")?.value;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** The name of the class that `util.inspect` shows; undefined for an object without one, and for a proxy. */
export function className(object: object): string | undefined {
  const chain = [...prototypeChain(object)];
  for (const holder of chain) {
    const constructor: unknown = describeOwn(holder, "constructor")?.value;
    if (typeof constructor !== "function" || types.isProxy(constructor)) continue;
    const prototype: unknown = describeOwn(constructor, "prototype")?.value;
    const name = functionName(constructor);
    if (name !== undefined && chain.indexOf(prototype as object) > 0) return name;
  }
  return undefined;
}

const readLength = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "length")?.get;
const readMapSize = Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get;
const readSetSize = Object.getOwnPropertyDescriptor(Set.prototype, "size")?.get;

/** Elements of an array or a typed array, by what it is and not what it says; undefined for other objects. */
export function elementCount(object: object): number | undefined {
  if (types.isProxy(object)) return undefined;
  if (Array.isArray(object)) return object.length;
  return types.isTypedArray(object) ? Number(readLength?.call(object)) : undefined;
}

/** Entries of a Map or a Set; undefined for other objects. */
export function entryCount(object: object): number | undefined {
  if (types.isMap(object)) return Number(readMapSize?.call(object));
  return types.isSet(object) ? Number(readSetSize?.call(object)) : undefined;
}

/**
 * The names of an object's own properties, without the elements of an array. For V8 it is one step, which takes a second for a million; so
 * the names of an array with many elements are left out.
 */
export function ownKeys(object: object): { readonly keys: readonly (string | symbol)[]; readonly isWhole: boolean } {
  if (types.isProxy(object)) return { keys: [], isWhole: false };
  const count = elementCount(object) ?? stringLength(object);
  if (count === undefined) return { keys: Reflect.ownKeys(object), isWhole: true };
  // One that is sparse has few keys, but nothing tells.
  if (count > MAX_LISTED_ELEMENTS) return { keys: types.isTypedArray(object) ? [] : ["length"], isWhole: false };
  return { keys: Reflect.ownKeys(object).filter((key) => typeof key === "symbol" || !isIndex(key)), isWhole: true };
}

function stringLength(object: object): number | undefined {
  return types.isStringObject(object) ? String.prototype.valueOf.call(object).length : undefined;
}

/** Whether a name is that of an element. */
function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(key);
}
