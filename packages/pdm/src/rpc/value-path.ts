import { RpcError } from "./rpc-error.js";

/**
 * The part of a value at the end of a path: own members of objects, items of lists, entries of Maps by their key.
 *
 * @throws RpcError `ERR_PDM_INVALID_ARGUMENT` naming the step that leads nowhere
 */
export function enterPath(value: unknown, path: readonly (string | number)[]): unknown {
  let part = value;
  for (const [index, step] of path.entries()) {
    const next = enter(part, step);
    if (next === undefined) {
      const way = JSON.stringify(path.slice(0, index + 1));
      throw new RpcError("ERR_PDM_INVALID_ARGUMENT", `the value has nothing at ${way}`, "path");
    }
    part = next.part;
  }
  return part;
}

/** What the value's form shows, and nothing else: of an error not its stack. */
function isShown(value: object, step: string | number): boolean {
  if (!(value instanceof Error)) return Object.prototype.propertyIsEnumerable.call(value, step);
  return Object.hasOwn(value, step) && step !== "stack";
}

function enter(value: unknown, step: string | number): { readonly part: unknown } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Map) return value.has(step) ? { part: value.get(step) } : undefined;
  if (Array.isArray(value) && typeof step === "string") return undefined;
  return isShown(value, step) ? { part: (value as Record<string | number, unknown>)[step] } : undefined;
}
