import { describeProperty, readData } from "./safe-read.js";

/** Globals that Node made with a getter, and what that gives. */
const NODE_GLOBALS: Readonly<Record<string, () => unknown>> = {
  process: () => process.getBuiltinModule("node:process"),
  Buffer: () => process.getBuiltinModule("node:buffer").Buffer,
  performance: () => process.getBuiltinModule("node:perf_hooks").performance,
  crypto: () => process.getBuiltinModule("node:crypto").webcrypto,
};

/** The getters as they were when this was loaded: one that came later is the service's. */
const GETTERS = new Map(
  Object.keys(NODE_GLOBALS).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)?.get] as const),
);

/** A box with the value of a global; undefined where it is not known without running the service's code. */
export function readGlobal(name: string): { readonly value: unknown } | undefined {
  const known = readData(globalThis, name);
  const get = known === undefined && Object.hasOwn(NODE_GLOBALS, name) ? GETTERS.get(name) : undefined;
  if (get === undefined || describeProperty(globalThis, name)?.get !== get) return known;
  return { value: NODE_GLOBALS[name]?.() };
}
