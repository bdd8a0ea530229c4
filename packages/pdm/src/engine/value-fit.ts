import { inspect, types } from "node:util";
import { describeOwn, describeProperty, elementCount } from "./safe-read.js";

/** How much of a value is shown. */
export interface FitLimits {
  /** Properties and elements of all levels together. */
  readonly properties: number;
  /** Elements of one array, map or set. */
  readonly elements: number;
}

/** What a result is printed with. */
export const BRIEF: FitLimits = { properties: 1_000, elements: 100 };

/** The same for a text that is paged through: with some milliseconds' work. */
export const AMPLE: FitLimits = { properties: 10_000, elements: 10_000 };

const MAX_DEPTH = 6;
/** Characters that one string is shown with at least. */
const MIN_STRING_CHARACTERS = 100;

/** How to show a value without building a huge text. */
export interface Fit {
  /** The value, or a stand-in that has its first properties. */
  readonly shown: unknown;
  /** Levels below the value itself; the deepest at which what is shown stays within the limits. */
  readonly depth: number;
  readonly maxStringLength: number;
  /** Properties that the stand-in lacks. */
  readonly omitted: number;
  /** Nothing is left out; undefined where a proxy hides what is in it. */
  readonly isWhole: boolean | undefined;
}

/**
 * Finds how much of a value fits. `util.inspect` has a limit for elements, but none for properties, and its limit of
 * depth alone lets 100 × 100 × 100 elements through.
 *
 * Looks at data only: no getter, no proxy, no method of the value is called.
 *
 * @param maxCharacters of all strings in the value together, roughly
 */
export function fitValue(value: unknown, maxCharacters: number, limits: FitLimits = BRIEF): Fit {
  const { shown, omitted } = firstProperties(value, limits.properties);
  let depth = 0;
  let count = 0;
  let longest = 0;
  let isWhole: boolean | undefined = omitted === 0;
  let level: unknown[] = [shown];
  walk: for (; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const part of level) {
      if (types.isProxy(part)) {
        // What it hides is not known: no deeper than one level into it.
        isWhole = undefined;
        break walk;
      }
      if (typeof part === "string") longest = Math.max(longest, part.length);
      else if (!collectParts(part, next, limits)) isWhole = false;
      if (depth > MAX_DEPTH && next.length > 0) {
        isWhole = false;
        break walk;
      }
      if (count + next.length > limits.properties) {
        depth = Math.max(depth - 1, 0);
        isWhole = false;
        break walk;
      }
    }
    count += next.length;
    level = next;
  }
  const maxStringLength = Math.max(Math.floor(maxCharacters / (count + 1)), MIN_STRING_CHARACTERS);
  if (longest > maxStringLength) isWhole = false;
  return { shown, depth: Math.min(depth, MAX_DEPTH + 1), maxStringLength, omitted, isWhole };
}

/** Appends what is shown inside of a value; false where not all of its elements are. */
function collectParts(value: unknown, parts: unknown[], { properties, elements }: FitLimits): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || types.isProxy(value)) return true;
  // Cut by inspect, and flat.
  if (types.isTypedArray(value)) return (elementCount(value) ?? 0) <= elements;
  if (types.isAnyArrayBuffer(value)) return value.byteLength <= elements;
  let isWhole = true;
  if (types.isMap(value)) isWhole = collectFirst(Map.prototype.entries.call(value), parts, elements);
  else if (types.isSet(value)) isWhole = collectFirst(Set.prototype.values.call(value), parts, elements);
  // Inspection shows them, although they are not enumerable.
  if (types.isNativeError(value)) for (const key of ["cause", "errors"]) parts.push(describeOwn(value, key)?.value);
  const isArray = Array.isArray(value);
  if (isArray) isWhole = value.length <= elements;
  const keys = isArray
    ? Array.from({ length: Math.min(value.length, elements) }, (_, index) => String(index))
    : Object.keys(value);
  for (const key of keys) {
    if (parts.length > properties) return false;
    parts.push(Object.getOwnPropertyDescriptor(value, key)?.value);
  }
  return isWhole;
}

function collectFirst(iterator: Iterator<unknown>, parts: unknown[], most: number): boolean {
  for (let index = 0; index < most; index += 1) {
    const { done, value } = iterator.next();
    if (done === true) return true;
    parts.push(value);
  }
  return iterator.next().done === true;
}

/**
 * Of an object with too many, one of the same class that has the first. Not of what has a form of its own, or shows itself: the one does not
 * list its properties, and the methods of the other would find a stranger.
 */
function firstProperties(value: unknown, most: number): Pick<Fit, "shown" | "omitted"> {
  const whole = { shown: value, omitted: 0 };
  if (typeof value !== "object" || value === null || types.isProxy(value) || hasOwnForm(value)) return whole;
  // Not each one's descriptor: of a million they take seconds.
  const keys = Object.keys(value);
  if (keys.length <= most) return whole;
  const isShown = (key: symbol): boolean => describeOwn(value, key)?.enumerable === true;
  const shownKeys = [...keys, ...Object.getOwnPropertySymbols(value).filter(isShown)];
  const shown = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  for (const key of shownKeys.slice(0, most)) {
    Object.defineProperty(shown, key, describeOwn(value, key) ?? {});
  }
  return { shown, omitted: shownKeys.length - most };
}

const FORMS: readonly ((value: object) => boolean)[] = [
  Array.isArray,
  types.isMap,
  types.isSet,
  types.isNativeError,
  types.isDate,
  types.isRegExp,
  types.isPromise,
  types.isArrayBufferView,
  types.isAnyArrayBuffer,
  types.isBoxedPrimitive,
  types.isWeakMap,
  types.isWeakSet,
  types.isModuleNamespaceObject,
  types.isGeneratorObject,
  types.isMapIterator,
  types.isSetIterator,
  types.isArgumentsObject,
  types.isExternal,
];

function hasOwnForm(value: object): boolean {
  if (FORMS.some((is) => is(value)) || describeProperty(value, inspect.custom) !== undefined) return true;
  const tag = describeProperty(value, Symbol.toStringTag);
  return tag !== undefined && !("value" in tag);
}
