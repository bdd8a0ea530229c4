import { inspect, types } from "node:util";

/** Properties and elements that one value may be shown with. */
const MAX_PROPERTIES = 1_000;
const MAX_DEPTH = 6;
/** Elements of an array, a map or a set that are shown. */
const MAX_ELEMENTS = 100;
/** Characters of all strings in a value together, roughly, and of one at least. */
const MAX_CHARACTERS = 100_000;
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
}

/**
 * Finds how much of a value fits. `util.inspect` has a limit for elements, but none for properties, and its limit of
 * depth alone lets 100 × 100 × 100 elements through.
 *
 * Looks at data only: no getter, no proxy, no method of the value is called.
 */
export function fitValue(value: unknown): Fit {
  const { shown, omitted } = firstProperties(value);
  let depth = 0;
  let count = 0;
  let level: unknown[] = [shown];
  for (; depth <= MAX_DEPTH && level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const part of level) {
      if (types.isProxy(part)) {
        // What it hides is not known: no deeper than one level into it.
        return fit(shown, depth, count, omitted);
      }
      collectParts(part, next);
      if (count + next.length > MAX_PROPERTIES) return fit(shown, Math.max(depth - 1, 0), count, omitted);
    }
    count += next.length;
    level = next;
  }
  return fit(shown, depth, count, omitted);
}

function fit(shown: unknown, depth: number, count: number, omitted: number): Fit {
  const maxStringLength = Math.max(Math.floor(MAX_CHARACTERS / (count + 1)), MIN_STRING_CHARACTERS);
  return { shown, depth, maxStringLength, omitted };
}

/** Appends what is shown inside of a value. */
function collectParts(value: unknown, parts: unknown[]): void {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || types.isProxy(value)) return;
  if (types.isTypedArray(value) || types.isAnyArrayBuffer(value)) return; // Cut by inspect, and flat.
  if (types.isMap(value)) collectFirst(Map.prototype.entries.call(value), parts);
  else if (types.isSet(value)) collectFirst(Set.prototype.values.call(value), parts);
  const isArray = Array.isArray(value);
  const keys = isArray
    ? Array.from({ length: Math.min(value.length, MAX_ELEMENTS) }, (_, index) => String(index))
    : Object.keys(value);
  for (const key of keys) {
    if (parts.length > MAX_PROPERTIES) return;
    parts.push(Object.getOwnPropertyDescriptor(value, key)?.value);
  }
}

function collectFirst(iterator: Iterator<unknown>, parts: unknown[]): void {
  for (let index = 0; index < MAX_ELEMENTS; index += 1) {
    const { done, value } = iterator.next();
    if (done === true) return;
    parts.push(value);
  }
}

/** Of plain objects only: what shows itself, or has a form of its own, does not list its properties. */
function firstProperties(value: unknown): Pick<Fit, "shown" | "omitted"> {
  const whole = { shown: value, omitted: 0 };
  if (typeof value !== "object" || value === null || types.isProxy(value)) return whole;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if ((prototype !== Object.prototype && prototype !== null) || Object.hasOwn(value, inspect.custom)) return whole;
  const keys = Object.keys(value);
  if (keys.length <= MAX_PROPERTIES) return whole;
  const shown = Object.create(prototype) as object;
  for (const key of keys.slice(0, MAX_PROPERTIES)) {
    Object.defineProperty(shown, key, Object.getOwnPropertyDescriptor(value, key) ?? {});
  }
  return { shown, omitted: keys.length - MAX_PROPERTIES };
}
