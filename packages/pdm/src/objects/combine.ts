import { PdmError } from "../errors.js";
import { isAttribute, isDirectory, isEventSource, isInvocable, listInterfaces } from "./interfaces.js";
import type { Attribute, Directory, EventSource, Invocable } from "./interfaces.js";

/** The interfaces that the parts speak together. */
export type Combined<T extends readonly object[]> = ([Extract<T[number], Directory>] extends [never]
  ? object
  : Directory) &
  ([Extract<T[number], Attribute>] extends [never] ? object : Attribute) &
  ([Extract<T[number], Invocable>] extends [never] ? object : Invocable) &
  ([Extract<T[number], EventSource>] extends [never] ? object : EventSource);

/**
 * One object that speaks the interfaces of all `parts`, each by the part that has it: a directory that can also be read,
 * say.
 *
 * @throws PdmError `ERR_PDM_COMBINE` where two parts speak the same interface, and where one speaks none
 */
export function combine<T extends readonly object[]>(...parts: T): Combined<T> {
  const combined: Partial<Directory & Attribute & Invocable & EventSource> = {};
  const taken = new Set<string>();
  for (const part of parts) {
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
      combined.describe = () => part.describe?.();
    }
    if (isInvocable(part))
      combined.invoke = (method, args, kwargs, context) => part.invoke(method, args, kwargs, context);
    if (isEventSource(part)) {
      combined.subscribe = (listener) => part.subscribe(listener);
      combined.unsubscribe = (listener) => part.unsubscribe(listener);
    }
  }
  return combined as Combined<T>;
}
