import { builtinModuleNames } from "../engine/builtin-names.js";
import { readGlobal } from "../engine/global-value.js";
import { ownKeys, prototypeChain } from "../engine/safe-read.js";
import type { Variables } from "../engine/variables.js";
import type { CompletionList } from "./completion-list.js";
import { isName, presentProperty } from "./property-completion.js";

const KEYWORDS =
  "async await break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while with yield".split(
    " ",
  );

/** Completes a name by itself: variables, globals, keywords. */
export function completeNames(list: CompletionList, variables: Variables, declared: readonly string[]): void {
  const builtin = new Set(builtinModuleNames());
  const names = variables.names();
  for (const name of declared) if (!names.includes(name)) list.add({ text: name, kind: "variable" });
  const modules: string[] = [];
  for (const name of names.toSorted()) {
    const descriptor = variables.describe(name);
    if (!list.wants(name) || descriptor === undefined) continue;
    if (list.isFull) return;
    if (!("value" in descriptor) && builtin.has(name)) modules.push(name);
    else if (!("value" in descriptor)) list.add({ text: name, kind: "variable" });
    else list.add(presentProperty(name, descriptor, "variable", "function"));
  }
  addGlobals(list);
  for (const name of modules) list.add({ text: name, kind: "module" });
  // At an empty place nobody looks for them.
  if (list.prefix !== "") for (const name of KEYWORDS) list.add({ text: name, kind: "keyword" });
}

function addGlobals(list: CompletionList): void {
  for (const holder of prototypeChain(globalThis)) {
    if (list.isFull) return;
    for (const name of ownKeys(holder).keys.toSorted(compareNames)) {
      if (typeof name !== "string" || !isName(name) || !list.wants(name)) continue;
      if (list.isFull) return;
      const known = readGlobal(name);
      if (known === undefined) list.add({ text: name, kind: "global" });
      else list.add(presentProperty(name, known, "global", "function"));
    }
  }
}

function compareNames(a: string | symbol, b: string | symbol): number {
  if (typeof a === "symbol" || typeof b === "symbol") return 0;
  return a < b ? -1 : a > b ? 1 : 0;
}
