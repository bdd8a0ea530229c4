import { nameType } from "../engine/brief-value.js";
import { readFunction } from "../engine/function-text.js";
import { className, describeOwn, isObject, ownKeys, primitivePrototype, prototypeChain } from "../engine/safe-read.js";
import type { Variables } from "../engine/variables.js";
import type { Path } from "../syntax/completion-target.js";
import type { CompletionItem, CompletionList } from "./completion-list.js";
import { resolvePath } from "./path-value.js";

/** Objects whose names took longer to list than everything may: they are not listed again for it. */
const slow = new WeakSet<object>();

/** Whether it can stand behind a dot. */
export function isName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(text);
}

/**
 * Completes the name of a property, of the value itself or one of its prototypes.
 *
 * @param quote in which the name stands; undefined behind a dot
 */
export function completeProperties(
  list: CompletionList,
  variables: Variables,
  path: Path,
  quote: string | undefined,
): void {
  const found = resolvePath(variables, path);
  if (found === undefined) return;
  const { value, isInstance } = found;
  const object = isObject(value) ? value : primitivePrototype(value);
  if (object === undefined) return;
  const ownHolder = isObject(value) && !isInstance ? value : undefined;
  if (typeof value === "string") list.add({ text: "length", kind: "property", detail: "number" });
  for (const holder of prototypeChain(object)) {
    if (list.isFull) return;
    addHolder(list, holder, holder === ownHolder ? undefined : namePrototype(holder), quote);
  }
}

function addHolder(list: CompletionList, holder: object, from: string | undefined, quote: string | undefined): void {
  if (slow.has(holder)) {
    list.cut();
    return;
  }
  const { keys, isWhole } = ownKeys(holder);
  if (list.isFull) slow.add(holder);
  if (!isWhole) list.cut();
  for (const key of keys) {
    if (typeof key !== "string" || !list.wants(key)) continue;
    if (quote === undefined ? !isName(key) : key.includes(quote) || /[\\\n\r\u2028\u2029]/.test(key)) continue;
    if (list.isFull) return;
    const descriptor = describeOwn(holder, key);
    // An export that is not initialised.
    if (descriptor === undefined) list.add({ text: key, kind: "property" });
    else
      list.add({ ...presentProperty(key, descriptor, "property", "method"), ...(from === undefined ? {} : { from }) });
  }
}

/**
 * A property as an item.
 *
 * @param dataKind of a value that is no function
 * @param callKind of a function that is no class
 */
export function presentProperty(
  text: string,
  descriptor: PropertyDescriptor,
  dataKind: CompletionItem["kind"],
  callKind: CompletionItem["kind"],
): CompletionItem {
  if (!("value" in descriptor)) return { text, kind: "getter" };
  const value: unknown = descriptor.value;
  if (typeof value !== "function" || nameType(value) === "Proxy")
    return { text, kind: dataKind, detail: nameType(value) };
  const { isClass, parameters } = readFunction(value);
  const detail = parameters === undefined ? {} : { detail: parameters };
  return { text, kind: isClass ? "class" : callKind, ...detail };
}

/** `Map.prototype`; undefined where the object has no class of its own, or is a function. */
function namePrototype(holder: object): string | undefined {
  if (holder === Function.prototype) return "Function.prototype";
  const constructor: unknown = describeOwn(holder, "constructor")?.value;
  const name: unknown = isObject(constructor) ? describeOwn(constructor, "name")?.value : undefined;
  if (typeof name === "string" && name !== "") return `${name}.prototype`;
  return typeof holder === "function" ? undefined : className(holder);
}
