import { inspect, types } from "node:util";
import { readFunction } from "./function-text.js";
import {
  className,
  describeOwn,
  elementCount,
  entryCount,
  functionName,
  isObject,
  ownKeys,
  readData,
} from "./safe-read.js";

/** Elements and properties that are shown of one value where nothing is said. */
const SHOWN_PARTS = 5;
/** Characters of a string within another value. */
const SHOWN_STRING_CHARACTERS = 40;
/** Characters of a class's name that are shown. */
const NAME_CHARACTERS = 200;
/** Above it, a bigint is not turned into digits, which takes longer than its length says. */
const BIG = 10n ** 60n;

/** How much may be shown. */
export interface BriefOptions {
  /** Characters of the text. */
  readonly maxCharacters: number;
  /** Elements, entries or properties of it. */
  readonly maxParts?: number;
  /** Whether the names of an object's properties may be listed, which takes long where there are many. */
  readonly withProperties: boolean;
}

/**
 * A value on one line, like `util.inspect`, and unlike it without running any code of the value: no getter, no trap of a proxy, no method of
 * its own.
 */
export function showBriefly(value: unknown, options: BriefOptions): string {
  const { maxCharacters } = options;
  const text = isObject(value) ? showObject(value, options) : showPrimitive(value, maxCharacters);
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;
}

/** What kind of value it is, in a word or two: `string`, `Array(3)`, `Map(2)`, `Order`, `null`. */
export function nameType(value: unknown): string {
  if (!isObject(value)) return value === null ? "null" : typeof value;
  if (types.isProxy(value)) return "Proxy";
  if (typeof value === "function") return readFunction(value).isClass ? "class" : "function";
  const name = className(value)?.slice(0, NAME_CHARACTERS) ?? "null prototype";
  const count = elementCount(value) ?? entryCount(value);
  return count === undefined ? name : `${name}(${count})`;
}

function showPrimitive(value: unknown, maxCharacters: number): string {
  if (typeof value === "string") {
    return value.length <= maxCharacters ? inspect(value, PLAIN) : `${inspect(value.slice(0, maxCharacters), PLAIN)}…`;
  }
  if (typeof value === "bigint" && (value > BIG || value < -BIG))
    return value > 0n ? "a large bigint" : "a large negative bigint";
  return inspect(value, PLAIN);
}

const PLAIN = { colors: false, breakLength: Infinity, maxStringLength: null, numericSeparator: false };

function showObject(value: object, { withProperties, maxParts = SHOWN_PARTS }: BriefOptions): string {
  if (types.isProxy(value)) return "Proxy {…}";
  if (typeof value === "function") return showFunction(value);
  const special = showSpecial(value);
  if (special !== undefined) return special;
  const type = nameType(value);
  const count = elementCount(value);
  if (count !== undefined) {
    const shown = Array.from({ length: Math.min(count, maxParts) }, (_, index) => showElement(value, index));
    return `${type === `Array(${count})` ? "" : `${type} `}${wrap("[", shown, count > maxParts, "]")}`;
  }
  const entries = showEntries(value, maxParts);
  if (entries !== undefined) return `${type} ${entries}`;
  const head = type === "Object" ? "" : type === "null prototype" ? "[Object: null prototype] " : `${type} `;
  if (!withProperties) return `${head}{…}`;
  const shown: string[] = [];
  for (const key of ownKeys(value).keys) {
    if (describeOwn(value, key)?.enumerable !== true) continue;
    if (shown.length >= maxParts) return `${head}${wrap("{", shown, true, "}")}`;
    shown.push(`${showKey(key)}: ${showProperty(value, key)}`);
  }
  return `${head}${wrap("{", shown, false, "}")}`;
}

function wrap(opening: string, parts: readonly string[], isCut: boolean, closing: string): string {
  if (parts.length === 0) return `${opening}${closing}`;
  return `${opening} ${parts.join(", ")}${isCut ? ", …" : ""} ${closing}`;
}

function showFunction(value: object): string {
  const { isClass } = readFunction(value);
  const name = functionName(value);
  if (isClass) return `[class ${name ?? "(anonymous)"}]`;
  const kind = types.isAsyncFunction(value) ? "AsyncFunction" : "Function";
  return name === undefined ? `[${kind} (anonymous)]` : `[${kind}: ${name}]`;
}

/** What has a form of its own. All by the methods of the language, whatever the value has in their place. */
function showSpecial(value: object): string | undefined {
  if (types.isNativeError(value)) {
    const message = readData(value, "message")?.value;
    const name = readData(value, "name")?.value;
    const head = typeof name === "string" ? name : (className(value) ?? "Error");
    return typeof message === "string" && message !== "" ? `[${head}: ${message.slice(0, 1_000)}]` : `[${head}]`;
  }
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value);
    return Number.isNaN(time) ? "Invalid Date" : new Date(time).toISOString();
  }
  if (types.isRegExp(value)) return showRegExp(value);
  if (types.isAnyArrayBuffer(value)) return `${nameType(value)} { byteLength: ${byteLength(value)} }`;
  if (types.isBoxedPrimitive(value)) return `[${nameType(value)}]`;
  if (types.isWeakMap(value) || types.isWeakSet(value)) return `${nameType(value)} { <items unknown> }`;
  return undefined;
}

const FLAGS: readonly (readonly [string, string])[] = [
  ["hasIndices", "d"],
  ["global", "g"],
  ["ignoreCase", "i"],
  ["multiline", "m"],
  ["dotAll", "s"],
  ["unicode", "u"],
  ["unicodeSets", "v"],
  ["sticky", "y"],
];

const getterOf = (name: string): (() => unknown) | undefined =>
  Object.getOwnPropertyDescriptor(RegExp.prototype, name)?.get;
const readSource = getterOf("source");
const FLAG_GETTERS = FLAGS.map(([name, flag]) => [getterOf(name), flag] as const);

function showRegExp(value: RegExp): string {
  const flags = FLAG_GETTERS.map(([read, flag]) => (read?.call(value) === true ? flag : "")).join("");
  return `/${String(readSource?.call(value)).slice(0, 1_000)}/${flags}`;
}

const readByteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength")?.get;
const readSharedByteLength = Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, "byteLength")?.get;

function byteLength(value: object): number {
  return Number((types.isSharedArrayBuffer(value) ? readSharedByteLength : readByteLength)?.call(value));
}

function showEntries(value: object, maxParts: number): string | undefined {
  const count = entryCount(value);
  if (count === undefined) return undefined;
  const parts = firstEntries(value, 0, maxParts).map(([key, item]) =>
    types.isMap(value) ? `${showPart(key)} => ${showPart(item)}` : showPart(item),
  );
  return wrap("{", parts, count > maxParts, "}");
}

/** Entries of a Map, or elements of a Set as key and value, from a place on. */
export function firstEntries(value: object, from: number, limit: number): (readonly [key: unknown, value: unknown])[] {
  const entries: (readonly [unknown, unknown])[] = [];
  // Not `for … of`, whose protocol the service could have replaced.
  const iterator = types.isMap(value)
    ? Map.prototype.entries.call(value)
    : Set.prototype.entries.call(value as Set<unknown>);
  for (let index = 0; entries.length < limit; index += 1) {
    const next = iterator.next();
    if (next.done === true) break;
    if (index >= from) entries.push([next.value[0], next.value[1]]);
  }
  return entries;
}

function showElement(value: object, index: number): string {
  const descriptor = describeOwn(value, index);
  return descriptor === undefined ? "<empty>" : showDescribed(descriptor);
}

function showProperty(value: object, key: PropertyKey): string {
  const descriptor = describeOwn(value, key);
  return descriptor === undefined ? "<uninitialised>" : showDescribed(descriptor);
}

function showDescribed(descriptor: PropertyDescriptor): string {
  return "value" in descriptor ? showPart(descriptor.value) : nameAccessor(descriptor);
}

/** `[Getter]`, `[Setter]` or `[Getter/Setter]`. */
export function nameAccessor({ get, set }: PropertyDescriptor): string {
  if (get === undefined) return "[Setter]";
  return set === undefined ? "[Getter]" : "[Getter/Setter]";
}

/** What is inside of another value. */
function showPart(value: unknown): string {
  if (!isObject(value)) return showPrimitive(value, SHOWN_STRING_CHARACTERS);
  if (types.isProxy(value)) return "Proxy {…}";
  if (typeof value === "function") return showFunction(value);
  return (
    showSpecial(value) ??
    (elementCount(value) === undefined ? `${nameType(value)} {…}` : nameType(value)).replace(/^Object /, "")
  );
}

/** A name as it stands in front of a colon. */
export function showKey(key: PropertyKey): string {
  if (typeof key === "symbol") return `[${showPrimitive(key, SHOWN_STRING_CHARACTERS)}]`;
  const text = String(key);
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text)) return text;
  return showPrimitive(text, SHOWN_STRING_CHARACTERS);
}
