import { PdmError } from "../errors.js";
import { findModule, listModules } from "../objects/registry.js";

/** Names that an error lists. */
const LISTED_NAMES = 20;

/** What is exposed below a dotted name: the objects of the module of that name, and the next words of longer module names. */
export function listBelow(prefix: string): string[] {
  const names = new Set<string>(findModule(prefix)?.keys());
  const start = prefix === "" ? "" : `${prefix}.`;
  for (const module of listModules()) {
    if (module.startsWith(start)) names.add(module.slice(start.length).split(".", 1)[0] ?? "");
  }
  return [...names];
}

/** Whether it is a module's name, or the beginning of one. */
export function isModulePart(prefix: string): boolean {
  for (const module of listModules()) if (module === prefix || module.startsWith(`${prefix}.`)) return true;
  return false;
}

/** @param names what is there instead */
export function createMissing(name: string, names: readonly string[]): PdmError {
  const shown = names.slice(0, LISTED_NAMES).join(", ");
  const more = names.length > LISTED_NAMES ? ` and ${names.length - LISTED_NAMES} more` : "";
  const there = names.length === 0 ? "there is nothing" : `there are: ${shown}${more}`;
  return new PdmError("ERR_PDM_NO_OBJECT", `there is no object named ${name}; ${there}`);
}
