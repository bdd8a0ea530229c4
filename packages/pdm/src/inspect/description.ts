import { types } from "node:util";
import { INSPECT_LIMITS } from "../limits.js";

/*
 * What is in this file runs within V8's check for side effects: whatever would change anything that was there before ends it. So it calls only
 * what V8 knows to be harmless, on all versions of Node that we support: no closures over variables that change, no spreading of objects,
 * no regular expressions, no names that are imported. And should the value's code be reached after all, the check holds for that as well.
 */

/** A value in words. */
interface Description {
  /** Such as `string`, `array`, `error`, `proxy`; `object` for what is no other. */
  readonly type: string;
  /** One line. */
  readonly text: string;
}

/** One thing in a value. */
export interface DescribedMember extends Description {
  /** As code: `.name`, `[0]`, `["two words"]`; `→ key` of a Map. */
  readonly name: string;
}

export interface DescribedValue extends Description {
  /** How it came: 0 as the value, 1 as what was thrown. */
  readonly way: number;
  readonly members: readonly DescribedMember[];
  /** Members that are left out, at least. */
  readonly omitted: number;
}

const { getOwnPropertyDescriptor, getPrototypeOf, ownKeys, apply } = Reflect;
const { isProxy, isDate, isMap, isSet, isRegExp, isNativeError, isPromise, isStringObject, isModuleNamespaceObject } =
  types;
const LIMITS = INSPECT_LIMITS;

/** As they are when this is loaded: the service may put its own in their place. */
const mapEntries = takeFunction(Map.prototype, "entries", "value");
const mapSize = takeFunction(Map.prototype, "size", "get");
const setValues = takeFunction(Set.prototype, "values", "value");
const setSize = takeFunction(Set.prototype, "size", "get");
const arrayLength = takeFunction(getPrototypeOf(Uint8Array.prototype) as object, "length", "get");
const toIsoString = takeFunction(Date.prototype, "toISOString", "value");
const getTime = takeFunction(Date.prototype, "getTime", "value");
const stringValue = takeFunction(String.prototype, "valueOf", "value");
const symbolToString = takeFunction(Symbol.prototype, "toString", "value");
const functionToString = takeFunction(Function.prototype, "toString", "value");

function takeFunction(object: object, key: string, part: "value" | "get"): (this: unknown) => unknown {
  return getOwnPropertyDescriptor(object, key)?.[part] as (this: unknown) => unknown;
}

/** Describes what an expression gave, from a pair of the way in which it came and the value. */
export function describeResult(pair: readonly [way: number, value: unknown]): DescribedValue {
  const [way, value] = pair;
  const members: DescribedMember[] = [];
  const omitted = collectMembers(value, members);
  const { type, text } = describe(value, LIMITS.textCharacters);
  return { way, type, text: addMembers(type, text, members, omitted), members, omitted };
}

/** The first of the members behind the name of what has them. */
function addMembers(type: string, text: string, members: readonly DescribedMember[], omitted: number): string {
  if (members.length === 0 || type === "error" || type === "function" || type === "class") return text;
  const parts: string[] = [];
  let characters = 0;
  for (let index = 0; index < members.length && characters < LIMITS.memberCharacters; index += 1) {
    const member = members[index] as DescribedMember;
    const part = nameWithin(member) + cut(member.text, 60);
    characters += part.length + 2;
    parts.push(part);
  }
  if (parts.length < members.length || omitted > 0) parts.push("…");
  return type === "array" ? `${text} [${parts.join(", ")}]` : `${text} {${parts.join(", ")}}`;
}

function nameWithin({ name }: DescribedMember): string {
  if (name.startsWith(".")) return `${name.slice(1)}: `;
  if (name.startsWith("→ ")) return `${name.slice(2)} → `;
  return name.startsWith('["') ? `${name}: ` : "";
}

function describe(value: unknown, maxCharacters: number): Description {
  switch (typeof value) {
    case "string":
      return { type: "string", text: quote(value, maxCharacters) };
    case "number":
      return { type: "number", text: Object.is(value, -0) ? "-0" : `${value}` };
    case "bigint":
      // Converting a large one takes long.
      return { type: "bigint", text: value < 10n ** 100n && value > -(10n ** 100n) ? `${value}n` : "a large bigint" };
    case "symbol":
      return { type: "symbol", text: cut(apply(symbolToString, value, []) as string, maxCharacters) };
    case "boolean":
    case "undefined":
      return { type: typeof value, text: `${value}` };
    case "function":
      return describeFunction(value);
    case "object":
      return value === null ? { type: "null", text: "null" } : describeObject(value, maxCharacters);
  }
}

function describeFunction(value: object): Description {
  if (isProxy(value)) return { type: "proxy", text: "a proxy of a function" };
  const kind = (apply(functionToString, value, []) as string).startsWith("class") ? "class" : "function";
  const name = readData(value, "name");
  return { type: kind, text: typeof name === "string" && name !== "" ? `${kind} ${cut(name, 100)}` : kind };
}

function describeObject(value: object, maxCharacters: number): Description {
  if (isProxy(value)) return { type: "proxy", text: "a proxy" };
  if (Array.isArray(value)) return { type: "array", text: `Array(${value.length})` };
  if (isDate(value)) {
    const time = apply(getTime, value, []) as number;
    return { type: "date", text: time === time ? (apply(toIsoString, value, []) as string) : "an invalid date" };
  }
  if (isMap(value)) return { type: "map", text: `${nameClass(value)}(${apply(mapSize, value, []) as number})` };
  if (isSet(value)) return { type: "set", text: `${nameClass(value)}(${apply(setSize, value, []) as number})` };
  if (isNativeError(value)) return { type: "error", text: describeError(value) };
  if (isRegExp(value)) return { type: "regexp", text: nameClass(value) };
  if (isPromise(value)) return { type: "promise", text: nameClass(value) };
  if (isModuleNamespaceObject(value)) return { type: "module", text: "Module" };
  if (isStringObject(value)) {
    return {
      type: "object",
      text: `${nameClass(value)} ${quote(apply(stringValue, value, []) as string, maxCharacters)}`,
    };
  }
  const length = readLength(value);
  return length === undefined
    ? { type: "object", text: nameClass(value) }
    : { type: "array", text: `${nameClass(value)}(${length})` };
}

/** Without its stack, which is made when it is first read, by code that the service may have set. */
function describeError(error: object): string {
  const message = readData(error, "message");
  return typeof message === "string" ? `${nameClass(error)}: ${cut(message, LIMITS.textCharacters)}` : nameClass(error);
}

/** Of a typed array. */
function readLength(value: object): number | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  try {
    return apply(arrayLength, value, []) as number;
  } catch {
    return undefined; // A DataView.
  }
}

/** The name of the class, by data alone. */
function nameClass(value: object): string {
  let prototype = getPrototypeOf(value);
  for (let depth = 0; prototype !== null && depth < 20; depth += 1) {
    if (isProxy(prototype)) return "an object that inherits from a proxy";
    const constructor = readData(prototype, "constructor");
    if (typeof constructor === "function" && !isProxy(constructor)) {
      const name = readData(constructor, "name");
      if (typeof name === "string" && name !== "") return cut(name, 100);
    }
    prototype = getPrototypeOf(prototype);
  }
  return prototype === null && getPrototypeOf(value) === null ? "[null prototype]" : "Object";
}

/** @returns how many are left out */
function collectMembers(value: unknown, members: DescribedMember[]): number {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || isProxy(value)) return 0;
  const { members: limit } = LIMITS;
  if (isMap(value)) {
    const entries = apply(mapEntries, value, []) as MapIterator<[unknown, unknown]>;
    for (let next = entries.next(); next.done !== true && members.length < limit; next = entries.next()) {
      const [key, held] = next.value;
      addMember(members, `→ ${describe(key, 100).text}`, held);
    }
    return (apply(mapSize, value, []) as number) - members.length;
  }
  if (isSet(value)) {
    const held = apply(setValues, value, []) as SetIterator<unknown>;
    for (let next = held.next(); next.done !== true && members.length < limit; next = held.next()) {
      addMember(members, `[${members.length}]`, next.value);
    }
    return (apply(setSize, value, []) as number) - members.length;
  }
  const length = Array.isArray(value) ? value.length : readLength(value);
  if (length !== undefined) {
    for (let index = 0; index < length && index < limit; index += 1) addProperty(members, value, `${index}`);
    return length > limit ? length - limit : 0;
  }
  // Its characters are properties too, the first ones; V8 lists all of them, which takes long, or none.
  const characters = isStringObject(value) ? (apply(stringValue, value, []) as string).length : 0;
  if (characters > LIMITS.listedCharacters) return 1;
  const keys = ownKeys(value);
  for (let index = characters; index < keys.length && index < limit + characters; index += 1) {
    const key = keys[index] as string | symbol;
    // Reading it may run code that the service has set.
    if (key !== "stack" || !isNativeError(value)) addProperty(members, value, key);
  }
  return keys.length > limit + characters ? keys.length - limit - characters : 0;
}

function addProperty(members: DescribedMember[], value: object, key: string | symbol): void {
  const property = getOwnPropertyDescriptor(value, key);
  if (property === undefined) return; // A hole.
  const name = nameKey(key, Array.isArray(value) || ArrayBuffer.isView(value));
  const get = getOwnPropertyDescriptor(property, "get")?.value as unknown;
  const set = getOwnPropertyDescriptor(property, "set")?.value as unknown;
  if (get === undefined && set === undefined) addMember(members, name, property.value);
  else members.push({ name, type: "accessor", text: get === undefined ? "(setter)" : "(getter)" });
}

function addMember(members: DescribedMember[], name: string, value: unknown): void {
  const { type, text } = describe(value, LIMITS.memberCharacters);
  members.push({ name, type, text: cut(text, LIMITS.memberCharacters) });
}

function nameKey(key: string | symbol, isElement: boolean): string {
  if (typeof key === "symbol") return `[${cut(apply(symbolToString, key, []) as string, 100)}]`;
  if (isElement) return `[${key}]`;
  return isName(key) ? `.${key}` : `[${quote(key, 100)}]`;
}

function isName(key: string): boolean {
  if (key.length === 0 || key.length > 100) return false;
  for (let index = 0; index < key.length; index += 1) {
    const code = key.charCodeAt(index);
    const isDigit = code >= 48 && code <= 57;
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 36 || code === 95;
    if (!isLetter && (!isDigit || index === 0)) return false;
  }
  return true;
}

function quote(text: string, maxCharacters: number): string {
  return text.length > maxCharacters ? `${JSON.stringify(text.slice(0, maxCharacters))}…` : JSON.stringify(text);
}

function cut(text: string, maxCharacters: number): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
}

/** What a property holds, where it is no accessor. */
function readData(object: object, key: string): unknown {
  const property = getOwnPropertyDescriptor(object, key);
  return property === undefined ? undefined : (getOwnPropertyDescriptor(property, "value")?.value as unknown);
}
