import { SCHEMA_LIMITS } from "../limits.js";

/**
 * Whether `value` equals `constant`, in which nothing is cyclic: numbers by value, arrays and objects by their contents
 * whatever the order of keys, everything else by identity. Looks no deeper than `constant` is.
 */
export function equalsConstant(value: unknown, constant: unknown): boolean {
  if (value === constant || (Number.isNaN(value) && Number.isNaN(constant))) return true;
  if (typeof value !== "object" || typeof constant !== "object" || value === null || constant === null) return false;
  if (Array.isArray(constant)) {
    return (
      Array.isArray(value) &&
      value.length === constant.length &&
      constant.every((item, index) => equalsConstant(value[index], item))
    );
  }
  if (!isPlain(value) || !isPlain(constant)) return false;
  const keys = Object.keys(constant);
  return (
    keys.length === Object.keys(value).length &&
    keys.every((key) => Object.hasOwn(value, key) && equalsConstant(value[key], constant[key]))
  );
}

/**
 * Gives values that are equal in the sense of JSON Schema the same text, in time linear in what hangs on them: each object
 * is looked at once, also where it is shared. What is cyclic or too deep, and what JSON lacks, equals only itself.
 */
export class Identities {
  readonly #ofObjects = new Map<object, string>();
  readonly #ofContents = new Map<string, string>();

  identify(value: unknown, depth: number = 0): string {
    if (typeof value !== "object" || value === null) return identifyPrimitive(value);
    const known = this.#ofObjects.get(value);
    if (known !== undefined) return known;
    const own = `@${this.#ofObjects.size}`;
    // Before its contents: a cycle finds it here.
    this.#ofObjects.set(value, own);
    const contents = depth < SCHEMA_LIMITS.depth ? this.#describeContents(value, depth + 1) : undefined;
    if (contents === undefined) return own;
    const same = this.#ofContents.get(contents) ?? own;
    this.#ofContents.set(contents, same);
    this.#ofObjects.set(value, same);
    return same;
  }

  #describeContents(value: object, depth: number): string | undefined {
    if (Array.isArray(value)) return `[${value.map((item) => this.identify(item, depth)).join()}`;
    if (!isPlain(value)) return undefined;
    const keys = Object.keys(value).toSorted();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${this.identify(value[key], depth)}`).join()}`;
  }
}

/** The kind comes first: V8 hashes texts that look like array indices in a way that others can foresee. */
function identifyPrimitive(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "symbol" || typeof value === "function") return `${typeof value} ${String(value)}`;
  return `${typeof value} ${String(value)}`;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
