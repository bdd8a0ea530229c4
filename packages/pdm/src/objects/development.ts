import { DEVELOPMENT_REPORTS } from "../limits.js";
import type { Validator, Verdict } from "../schema/validator.js";
import { describeThrown } from "../warning.js";
import type { ObjectDescription } from "./description.js";

/** What the author is told while writing the service, and nobody afterwards: each object's first mistake, as a process warning. */
const reported = new WeakSet<object>();
let reports = 0;

/** The names under which objects were exposed, for these reports. */
const names = new WeakMap<object, string>();

/** Whether the service is being written: `NODE_ENV` is `development`. */
export function isDevelopment(): boolean {
  return process.env["NODE_ENV"] === "development";
}

/**
 * Calls `look` with what a declared object gave out, when it is there. Nothing is changed or thrown by it; what is promised
 * and never comes is not waited for.
 */
export function reportMisfit(
  object: object,
  what: string,
  value: unknown,
  validator: Validator,
  isSecret: boolean = false,
): void {
  if (isPromiseLike(value)) {
    void Promise.resolve(value).then(
      (settled) => reportMisfit(object, what, settled, validator, isSecret),
      () => undefined,
    );
    return;
  }
  // Made for what goes out, it is a schema's own check: never pending.
  const { fault } = validator.check(value) as Verdict;
  if (fault === undefined) return;
  report(
    object,
    `${isSecret ? `${what} ${fault.wanted}` : `${what}${fault.place} ${fault.problem}`}, as it is declared`,
  );
}

/** Looks at an object that was exposed, and at the entries of directories that hold theirs. */
export function reportUndescribed(object: object, name: string, seen: Set<object> = new Set<object>()): void {
  // A directory may be within itself.
  if (seen.has(object)) return;
  seen.add(object);
  names.set(object, name);
  let description: unknown;
  try {
    description = (object as { describe?: () => ObjectDescription }).describe?.();
  } catch (error) {
    report(object, `its describe() threw: ${describeThrown(error)}`);
    return;
  }
  if (isPromiseLike(description)) return;
  if ((description as ObjectDescription | undefined)?.description === undefined) {
    report(object, "does not say what it is: declare it with a description");
  }
  for (const [entryName, entry] of listHeldEntries(object)) reportUndescribed(entry, `${name}/${entryName}`, seen);
}

/** How a directory of this package that holds its entries tells of them, without running anything of the service's. */
export const HELD_ENTRIES: unique symbol = Symbol.for("pdm.held-entries.v1");

function listHeldEntries(object: object): Iterable<readonly [string, object]> {
  return (object as { [HELD_ENTRIES]?: () => Iterable<readonly [string, object]> })[HELD_ENTRIES]?.() ?? [];
}

function report(object: object, problem: string): void {
  if (reported.has(object) || reports >= DEVELOPMENT_REPORTS) return;
  reported.add(object);
  reports += 1;
  const last = reports === DEVELOPMENT_REPORTS ? " (and no more is said of others)" : "";
  process.emitWarning(`${names.get(object) ?? "an object"}: ${problem}${last}`, { code: "PDM_DEVELOPMENT" });
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
