import type { Variables } from "./variables.js";

/**
 * Makes Node's own modules known by their names (`fs`, `path`), as at the prompt of `node`. They are loaded when they are used. A global of
 * the name is meant instead, but for `crypto`, whose module has all that the global has.
 */
export function defineBuiltinModules(variables: Variables): void {
  for (const name of builtinModuleNames()) {
    variables.defineLazy(name, () => process.getBuiltinModule(`node:${name}`), { yields: name !== "crypto" });
  }
}

/** Those whose names can be names of variables. */
export function builtinModuleNames(): string[] {
  const { builtinModules } = process.getBuiltinModule("node:module");
  return builtinModules.filter((name) => /^[a-z][a-z0-9_]*$/.test(name) && !(name in HIDDEN));
}

/** A deprecated name, and the one that `require` has of old. */
const HIDDEN = { sys: true, constants: true };
