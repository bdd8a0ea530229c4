import { types } from "node:util";
import { HELD_ENTRIES } from "../objects/development.js";
import { findModule, listModules } from "../objects/registry.js";
import { isObject, readData } from "../engine/safe-read.js";
import type { Variables } from "../engine/variables.js";
import type { Path } from "../syntax/completion-target.js";
import type { CompletionList } from "./completion-list.js";
import { isName } from "./property-completion.js";

/** Names that the tree has beside those of objects, by the method that an object must have for it. */
const TREE_NAMES = [
  ["on", "subscribe"],
  ["next", "subscribe"],
  ["$value", "read"],
] as const;

/**
 * Completes below `pdm`: `pdm.shop.orders.`.
 *
 * @returns false where the path does not begin with the tree
 */
export function completeObjectPath(list: CompletionList, variables: Variables, { root, steps }: Path): boolean {
  if (root.kind !== "name" || root.name !== "pdm" || !isTree(variables.describe("pdm"))) return false;
  if (steps.length === 0) list.add({ text: "$object", kind: "method", detail: "(name)" });
  let found: object | undefined;
  let module = "";
  for (const step of steps) {
    found = found === undefined ? findModule(module)?.get(step) : heldEntries(found).get(step);
    if (found === undefined) module = module === "" ? step : `${module}.${step}`;
  }
  if (found === undefined) completeModulePart(list, module);
  else completeEntries(list, found);
  return true;
}

/** The tree is a proxy, and made when it is first read; a variable of the name that is neither is the user's own. */
function isTree(variable: PropertyDescriptor | undefined): boolean {
  return variable !== undefined && (variable.get !== undefined || types.isProxy(variable.value));
}

function completeModulePart(list: CompletionList, prefix: string): void {
  for (const [name, object] of findModule(prefix) ?? []) addObject(list, name, object);
  const start = prefix === "" ? "" : `${prefix}.`;
  for (const module of listModules()) {
    if (list.isFull) return;
    if (!module.startsWith(start)) continue;
    list.add({ text: module.slice(start.length).split(".", 1)[0] ?? "", kind: "object", detail: "module" });
  }
}

function completeEntries(list: CompletionList, object: object): void {
  for (const [name, entry] of heldEntries(object)) addObject(list, name, entry);
  for (const [name, method] of TREE_NAMES) {
    if (hasMethod(object, method)) list.add({ text: name, kind: name === "$value" ? "getter" : "method", from: "pdm" });
  }
}

function addObject(list: CompletionList, name: string, object: object): void {
  if (isName(name) && list.wants(name) && !list.isFull) list.add({ text: name, kind: "object", ...describe(object) });
}

/** Completes a whole name in a string, once there is something of it: `shop.orders.statistics/req`. */
export function completeObjectNames(list: CompletionList): void {
  const { prefix } = list;
  if (prefix === "" || /\s/.test(prefix)) return;
  const [whole = "", ...entries] = prefix.split("/");
  if (entries.length > 0) {
    completeEntryNames(list, whole, entries);
    return;
  }
  for (const module of listModules()) {
    if (list.isFull) return;
    if (module.startsWith(prefix)) list.add({ text: module, kind: "object", detail: "module" });
    if (!prefix.startsWith(`${module}.`)) continue;
    for (const [name, object] of findModule(module) ?? []) addWhole(list, `${module}.${name}`, object);
  }
}

function completeEntryNames(list: CompletionList, whole: string, entries: readonly string[]): void {
  const dot = whole.lastIndexOf(".");
  let object = findModule(whole.slice(0, Math.max(dot, 0)))?.get(whole.slice(dot + 1));
  const above = entries.slice(0, -1);
  for (const name of above) object = object && heldEntries(object).get(name);
  if (object === undefined) return;
  for (const [name, entry] of heldEntries(object)) addWhole(list, [whole, ...above, name].join("/"), entry);
}

function addWhole(list: CompletionList, text: string, object: object): void {
  if (list.wants(text) && !list.isFull) list.add({ text, kind: "object", ...describe(object) });
}

/** The entries that a directory of this package holds. A service's own would have to be asked. */
function heldEntries(object: object): ReadonlyMap<string, object> {
  const list = readData(object, HELD_ENTRIES)?.value;
  if (typeof list !== "function" || types.isProxy(list)) return new Map();
  return new Map(Reflect.apply(list, object, []) as Iterable<readonly [string, object]>);
}

const INTERFACES = [
  ["directory", "lookup"],
  ["attribute", "read"],
  ["operations", "invoke"],
  ["event", "subscribe"],
] as const;

function describe(object: object): { detail?: string } {
  const spoken = INTERFACES.filter(([, method]) => hasMethod(object, method)).map(([name]) => name);
  return spoken.length === 0 ? {} : { detail: spoken.join(", ") };
}

function hasMethod(object: object, method: string): boolean {
  return isObject(object) && typeof readData(object, method)?.value === "function";
}
