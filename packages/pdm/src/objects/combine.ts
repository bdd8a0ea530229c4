import { PdmError } from "../errors.js";
import { isAttribute, isDirectory, isEventSource, isInvocable, listInterfaces } from "./interfaces.js";
import type { Attribute, Directory, EventSource, Invocable } from "./interfaces.js";

/**
 * One object that speaks the interfaces of all `parts`, each by the part that has it: a directory that can also be read,
 * say.
 *
 * @throws PdmError `ERR_PDM_COMBINE` where two parts speak the same interface, and where one speaks none
 */
export function combine(...parts: readonly object[]): object {
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
    if (isInvocable(part)) combined.invoke = (method, args, named) => part.invoke(method, args, named);
    if (isEventSource(part)) {
      combined.subscribe = (listener) => part.subscribe(listener);
      combined.unsubscribe = (listener) => part.unsubscribe(listener);
    }
  }
  return combined;
}
