import { PdmError } from "../errors.js";
import { resolveManaged } from "./declared-directory.js";
import type { ObjectDescription } from "./description.js";
import { isAttribute, isDirectory, isEventSource, isInvocable, listInterfaces } from "./interfaces.js";
import type { Attribute, Described, Directory, EventSource, Invocable } from "./interfaces.js";

/** The interfaces that the parts speak together. */
export type Combined<T extends readonly object[]> = ([Extract<T[number], Directory>] extends [never]
  ? object
  : Directory) &
  ([Extract<T[number], Attribute>] extends [never] ? object : Attribute) &
  ([Extract<T[number], Invocable>] extends [never] ? object : Invocable) &
  ([Extract<T[number], EventSource>] extends [never] ? object : EventSource);

/**
 * One object that speaks the interfaces of all `parts`, each by the part that has it: a directory that can also be read,
 * say. What the parts say of themselves it says together; where several have a description, the first part's counts.
 *
 * @throws PdmError `ERR_PDM_COMBINE` where two parts speak the same interface, and where one speaks none
 */
export function combine<T extends readonly object[]>(...parts: T): Combined<T> {
  const combined: Writable<Partial<Directory & Attribute & Invocable & EventSource>> = {};
  const taken = new Set<string>();
  const objects = parts.map(resolveManaged);
  for (const part of objects) {
    const names = listInterfaces(part);
    const twice = names.find((name) => taken.has(name));
    if (twice !== undefined) throw new PdmError("ERR_PDM_COMBINE", `two of the parts speak the interface ${twice}`);
    if (names.length === 0) throw new PdmError("ERR_PDM_COMBINE", "a part speaks no interface");
    for (const name of names) taken.add(name);
    if (isDirectory(part)) {
      combined.list = () => part.list();
      combined.lookup = (name) => part.lookup(name);
    }
    if (isAttribute(part)) {
      combined.read = () => part.read();
      if (part.write !== undefined) combined.write = (value, context) => part.write?.(value, context);
    }
    if (isInvocable(part))
      combined.invoke = (method, args, kwargs, context) => part.invoke(method, args, kwargs, context);
    if (isEventSource(part)) {
      combined.subscribe = (listener) => part.subscribe(listener);
      combined.unsubscribe = (listener) => part.unsubscribe(listener);
      Object.defineProperty(combined, "sequence", { get: () => part.sequence });
    }
  }
  combined.describe = createDescribe(objects);
  return combined as Combined<T>;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What the parts say together; the same object as long as they say the same. */
function createDescribe(parts: readonly Described[]): NonNullable<Described["describe"]> {
  let last: { readonly said: readonly unknown[]; readonly merged: ObjectDescription | undefined } | undefined;
  const merge = (said: readonly (ObjectDescription | undefined)[]): ObjectDescription | undefined => {
    if (last?.said.every((description, index) => description === said[index]) !== true) {
      last = { said, merged: mergeDescriptions(said) };
    }
    return last?.merged;
  };
  return () => {
    const said = parts.map((part) => part.describe?.());
    if (!said.some(isPending)) return merge(said as (ObjectDescription | undefined)[]);
    return Promise.all(said.map((description) => Promise.resolve(description))).then(merge);
  };
}

/** Of what several parts say, the first counts. */
function mergeDescriptions(said: readonly (ObjectDescription | undefined)[]): ObjectDescription | undefined {
  const known = said.filter((description) => description !== undefined);
  return known.length === 0 ? undefined : Object.freeze(Object.assign({}, ...known.toReversed()) as ObjectDescription);
}

function isPending(description: ReturnType<NonNullable<Described["describe"]>>): boolean {
  return typeof (description as { then?: unknown } | undefined)?.then === "function";
}
