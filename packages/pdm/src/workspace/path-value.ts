import { builtinModuleNames } from "../engine/builtin-names.js";
import { readGlobal } from "../engine/global-value.js";
import { isObject, readData } from "../engine/safe-read.js";
import type { Variables } from "../engine/variables.js";
import type { Path, PathRoot } from "../syntax/completion-target.js";

/** What a path leads to. */
export interface PathValue {
  /** Of an instance, its prototype. */
  readonly value: unknown;
  readonly isInstance: boolean;
}

/** Follows a path without running anything; undefined where that does not lead to the end of it. */
export function resolvePath(variables: Variables, { root, steps }: Path): PathValue | undefined {
  let found = resolveRoot(variables, root);
  for (const step of steps) {
    const next = found && (found.value === globalThis ? readGlobal(step) : readData(found.value, step));
    found = next && { value: next.value, isInstance: false };
  }
  return found;
}

function resolveRoot(variables: Variables, root: PathRoot): PathValue | undefined {
  switch (root.kind) {
    case "this":
      return { value: globalThis, isInstance: false };
    case "literal":
      return { value: root.value, isInstance: false };
    case "module":
      return resolveModule(root.specifier);
    case "instance": {
      const constructor = resolvePath(variables, root.of)?.value;
      const prototype = typeof constructor === "function" ? readData(constructor, "prototype")?.value : undefined;
      return isObject(prototype) ? { value: prototype, isInstance: true } : undefined;
    }
    case "name":
      return resolveName(variables, root.name);
  }
}

function resolveName(variables: Variables, name: string): PathValue | undefined {
  const descriptor = variables.describe(name);
  if (descriptor === undefined) {
    const found = readGlobal(name);
    return found && { value: found.value, isInstance: false };
  }
  if ("value" in descriptor) return { value: descriptor.value as unknown, isInstance: false };
  return builtinModuleNames().includes(name) ? resolveModule(name) : undefined;
}

/** Of Node's own modules only, which run nothing of the service's when they are loaded. */
function resolveModule(specifier: string): PathValue | undefined {
  const { isBuiltin } = process.getBuiltinModule("node:module");
  if (!isBuiltin(specifier)) return undefined;
  const value: unknown = process.getBuiltinModule(specifier);
  return value === undefined ? undefined : { value, isInstance: false };
}
