import { readClockMs } from "../clock.js";
import type { ObjectDescription } from "../objects/description.js";
import { isDirectory, listInterfaces } from "../objects/interfaces.js";
import type { Described, Directory, InterfaceName } from "../objects/interfaces.js";
import { findModule } from "../objects/registry.js";
import { AccessError, NoSuchNameError } from "./access-error.js";
import { authorise, createMissing, createMissingEntry, mapResult, passGate, refuse } from "./gate.js";
import type { LetGo, Settle } from "./gate.js";
import { parseObjectName } from "./object-name.js";
import { boundTimeout, requireInterface } from "./reference.js";
import type { AccessOptions, ObjectReference } from "./reference.js";
import type { Session } from "./session.js";

export { readAttribute, writeAttribute } from "./attribute-access.js";
export type { WriteOptions } from "./attribute-access.js";
export { subscribeObject, unsubscribeObject } from "./event-access.js";
export type { LetGo, Outcome, Settle } from "./gate.js";
export { invokeMethod } from "./method-access.js";
export { readCost } from "./readings.js";
export type { AccessOptions, ObjectReference } from "./reference.js";

/**
 * The object that is exposed as `MODULE.NAME`.
 *
 * @throws NoSuchNameError where there is none that the client may see
 */
export function findObject(session: Session, module: string, name: string): ObjectReference {
  const objects = findModule(module);
  const whole = `${module}.${name}`;
  const object = objects?.get(name);
  if (object !== undefined) {
    const refusal = authorise(session, "read", whole);
    if (refusal === undefined) return { name: whole, object };
    refuse(session, "read", whole, refusal);
  }
  // A module of which nothing may be seen is not there either.
  const isSeen = objects !== undefined && [...objects.keys()].some((other) => session.isVisible(`${module}.${other}`));
  if (isSeen) throw createMissing(whole);
  throw new NoSuchNameError("module", module, `no module named ${module}`);
}

/** The object of that whole name, `MODULE.OBJECT/ENTRY/ENTRY`; settles with a NoSuchNameError as {@link findObject} and {@link lookUpEntry} do. */
export function resolveName(
  session: Session,
  name: string,
  options: AccessOptions,
  settle: Settle<ObjectReference>,
): LetGo | undefined {
  let entries: readonly string[];
  let first: ObjectReference;
  try {
    const parts = parseObjectName(name);
    entries = parts.entries;
    first = findObject(session, parts.module, parts.object);
  } catch (error) {
    settle({ threw: true, error });
    return undefined;
  }
  if (entries.length === 0) {
    settle({ threw: false, value: first });
    return undefined;
  }
  const startedAt = readClockMs();
  const timeoutMs = boundTimeout(session, options.timeoutMs);
  let letGo: LetGo | undefined;
  const descend = (directory: ObjectReference, depth: number): void => {
    const entry = entries[depth];
    if (entry === undefined) return settle({ threw: false, value: directory });
    const rest = { ...options, timeoutMs: Math.max(1, timeoutMs - (readClockMs() - startedAt)) };
    const pending = lookUpEntry(session, directory, entry, rest, (outcome) => {
      if (outcome.threw) settle(outcome);
      else descend(outcome.value, depth + 1);
    });
    // Where it was settled at once, what is pending is further down, if anything.
    if (pending !== undefined) letGo = pending;
  };
  descend(first, 0);
  return letGo === undefined ? undefined : (reason) => letGo?.(reason);
}

/** The entry of a directory. Settles with a {@link NoSuchNameError} where there is none that the client may see. */
export function lookUpEntry(
  session: Session,
  directory: ObjectReference,
  name: string,
  options: AccessOptions,
  settle: Settle<ObjectReference>,
): LetGo | undefined {
  const whole = `${directory.name}/${name}`;
  return passGate<ObjectReference>({
    session,
    effect: "read",
    target: directory.name,
    argumentBytes: 0,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context: options.context,
    run: () => {
      const object = directory.object as Directory;
      requireInterface(directory, isDirectory(object), "dir");
      if (!isPathVisible(session, directory.name, name)) {
        const refusal = createMissingEntry(directory.name, name);
        refuse(session, "read", whole, refusal);
        throw refusal;
      }
      return mapResult(object.lookup(name), (entry) => {
        if (entry === undefined) throw createMissingEntry(directory.name, name);
        if (entry === null || (typeof entry !== "object" && typeof entry !== "function")) {
          throw new AccessError("ERR_PDM_BROKEN_OBJECT", `${whole} speaks no PERF interface`);
        }
        return { name: whole, object: entry };
      });
    },
    settle,
  });
}

/** The names of the directory's entries that the client may see, in the directory's order. At most `replyBytes` of names. */
export function listEntries(
  session: Session,
  directory: ObjectReference,
  options: AccessOptions,
  settle: Settle<string[]>,
): LetGo | undefined {
  return passGate<string[]>({
    session,
    effect: "read",
    target: directory.name,
    argumentBytes: 0,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context: options.context,
    run: () => {
      const object = directory.object as Directory;
      requireInterface(directory, isDirectory(object), "dir");
      return mapResult<unknown, string[]>(object.list(), (names) => collectNames(session, directory.name, names));
    },
    settle,
  });
}

/** The interfaces that the object speaks, none perhaps. */
export function listObjectInterfaces(
  session: Session,
  reference: ObjectReference,
  settle: Settle<readonly InterfaceName[]>,
): void {
  passGate<readonly InterfaceName[]>({
    session,
    effect: "read",
    target: reference.name,
    argumentBytes: 0,
    run: () => listInterfaces(reference.object),
    settle,
  });
}

/** What the object says of itself, without the operations that the client may not see; undefined where it says nothing. */
export function describeObject(
  session: Session,
  { name, object }: ObjectReference,
  options: AccessOptions,
  settle: Settle<ObjectDescription | undefined>,
): LetGo | undefined {
  return passGate<ObjectDescription | undefined>({
    session,
    effect: "read",
    target: name,
    argumentBytes: 0,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context: options.context,
    run: () =>
      mapResult<ObjectDescription | undefined, ObjectDescription | undefined>(
        (object as Described).describe?.(),
        (description) => hideOperations(session, { name, object }, description ?? undefined),
      ),
    settle,
  });
}

/** Whether the entry may be seen; a name with slashes is like one that goes through directories. */
function isPathVisible(session: Session, directory: string, entry: string): boolean {
  if (session.isUnrestricted) return true;
  for (let slash = entry.indexOf("/"); slash !== -1; slash = entry.indexOf("/", slash + 1)) {
    if (!session.isVisible(`${directory}/${entry.slice(0, slash)}`)) return false;
  }
  return session.isVisible(`${directory}/${entry}`);
}

/** The names as an array; counted as they come, since an object may never stop to yield. */
function collectNames(session: Session, directory: string, names: unknown): string[] {
  const { replyBytes } = session.limits;
  const collected: string[] = [];
  let bytes = 0;
  for (const name of names as Iterable<unknown>) {
    if (typeof name !== "string") {
      throw new AccessError("ERR_PDM_BROKEN_OBJECT", "the directory listed a name that is no string");
    }
    bytes += name.length + 5;
    if (bytes > replyBytes) {
      throw new AccessError("ERR_PDM_LIMIT", `the names take more than ${replyBytes} bytes (replyBytes)`);
    }
    if (isPathVisible(session, directory, name)) collected.push(name);
  }
  return collected;
}

function hideOperations(
  session: Session,
  { name, object }: ObjectReference,
  description: ObjectDescription | undefined,
): ObjectDescription | undefined {
  const operations = description?.operations;
  if (session.isUnrestricted || operations === undefined) return description;
  const seen = Object.entries(operations).filter(
    ([method]) => (method === "call" && !isDirectory(object)) || session.isVisible(`${name}/${method}`),
  );
  return { ...description, operations: Object.fromEntries(seen) };
}
