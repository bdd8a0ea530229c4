/** Where and why a value does not fit a schema: the first fault that was found. */
export interface SchemaFault {
  /** The way from the value to what is wrong with it: empty for the value itself, else such as `.items[2].sku` or `[0]`. */
  readonly place: string;
  /** A phrase to put behind that place: `must be a whole number of at least 1, not 0`. */
  readonly problem: string;
  /** The same without anything of the value in it, for values that are shown nowhere. */
  readonly wanted: string;
}

/** Characters of a key or text from the value that a fault repeats. Over it: cut. */
const SHOWN_CHARACTERS = 40;

/** The fault within `fault`'s value seen from the object or map that holds it under `key`. */
export function placeUnderKey<F extends SchemaFault>(fault: F, key: unknown): F {
  return { ...fault, place: describeKey(key) + fault.place };
}

/** The same from the array that holds it at `index`. */
export function placeAtIndex<F extends SchemaFault>(fault: F, index: number): F {
  return { ...fault, place: `[${index}]${fault.place}` };
}

/** A key as a step of a place: `.name`, or `["two words"]`. */
export function describeKey(key: unknown): string {
  if (typeof key === "string" && /^[\w$]{1,40}$/u.test(key)) return `.${key}`;
  return `[${showValue(key)}]`;
}

/** A value in a few words; never runs its code. */
export function showValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length <= SHOWN_CHARACTERS
        ? JSON.stringify(value)
        : `${JSON.stringify(value.slice(0, SHOWN_CHARACTERS))}...`;
    case "bigint":
      // Converting a large one takes long.
      return value < 10n ** 40n && value > -(10n ** 40n) ? `${value}n` : "a large bigint";
    case "number":
      return Object.is(value, -0) ? "-0" : `${value}`;
    case "boolean":
    case "undefined":
      return `${value}`;
    case "symbol":
      return "a symbol";
    case "function":
      return "a function";
    case "object":
      return showObject(value);
  }
}

function showObject(value: object | null): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 1 ? "an array of 1 item" : `an array of ${value.length} items`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : "a date";
  if (value instanceof Map) return "a map";
  if (value instanceof Set) return "a set";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Error) return "an error";
  return "an object";
}
