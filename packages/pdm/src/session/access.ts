import { readClockMs } from "../clock.js";
import type { CallContext } from "../objects/call-context.js";
import type { ObjectDescription } from "../objects/description.js";
import { isAttribute, isDirectory, isEventSource, isInvocable, listInterfaces } from "../objects/interfaces.js";
import type { Attribute, Described, Directory, EventSource, InterfaceName, Invocable } from "../objects/interfaces.js";
import { UnknownMethodError } from "../objects/method-table.js";
import { findModule } from "../objects/registry.js";
import { AccessError, NoSuchNameError } from "./access-error.js";
import { describeNow, findCallEffect, findReadEffect, findSubscribeEffect, findWriteEffect } from "./effect.js";
import { authorise, createMissing, createMissingEntry, createRefusal, mapResult, passGate } from "./gate.js";
import type { LetGo, Outcome, Settle } from "./gate.js";
import { parseObjectName } from "./object-name.js";
import { openReadings } from "./readings.js";
import type { Session } from "./session.js";
import { takeWriteTurn } from "./write-turns.js";

export type { LetGo, Outcome, Settle } from "./gate.js";
export { readCost } from "./readings.js";

/** An object as a client came by it. */
export interface ObjectReference {
  /** `MODULE.OBJECT/ENTRY/ENTRY`. */
  readonly name: string;
  readonly object: object;
}

/** How a request is carried out. */
export interface AccessOptions {
  /** The client's deadline; at most `maxRequestTimeoutMs`, and `requestTimeoutMs` where it names none. */
  readonly timeoutMs?: number | undefined;
  /** Aborted when nobody waits any more; made anew where none is given and the object needs one. */
  readonly context?: CallContext | undefined;
}

/** Options of {@link writeAttribute}. */
export interface WriteOptions extends AccessOptions {
  /** Given the value before: nothing is written where it returns false. */
  readonly expected?: ((before: unknown) => boolean) | undefined;
}

/** Options of {@link invokeMethod}. */
export interface InvokeOptions extends AccessOptions {
  /** What the arguments hold in memory. */
  readonly argumentBytes: number;
}

/**
 * The object that is exposed as `MODULE.NAME`.
 *
 * @throws NoSuchNameError where there is none that the client may see
 */
export function findObject(session: Session, module: string, name: string): ObjectReference {
  const objects = findModule(module);
  const whole = `${module}.${name}`;
  const object = objects?.get(name);
  if (object !== undefined && authorise(session, "read", whole) === undefined) return { name: whole, object };
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
  const startedAt = readClockMs();
  const timeoutMs = boundTimeout(session, options.timeoutMs);
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
      if (!isPathVisible(session, directory.name, name)) throw createMissingEntry(directory.name, name);
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

/**
 * The attribute's value. Who reads while an evaluation is pending gets the value of that one, unless it has been pending
 * for longer than `requestTimeoutMs`.
 */
export function readAttribute(
  session: Session,
  { name, object }: ObjectReference,
  options: AccessOptions,
  settle: Settle<unknown>,
): LetGo | undefined {
  const readings = openReadings(object);
  const shared = readings.findPending(session.limits.requestTimeoutMs);
  return passGate<unknown>({
    session,
    effect: session.isUnrestricted ? "read" : findReadEffect(describeNow(object)),
    target: name,
    argumentBytes: 0,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context: options.context,
    readings: shared === undefined ? readings : undefined,
    run: () => shared ?? (object as Attribute).read(),
    settle,
  });
}

/**
 * Writes the attribute's value, and settles with the one before; that is undefined where the object cannot be read, or not
 * by this client.
 *
 * The value before is read first; if that fails, so does the request, with nothing written. Where `expected` says no to it, nothing
 * is written either (`ERR_PDM_CONFLICT`). Nothing can come between where the object reads and writes synchronously;
 * else writes to one object wait for each other.
 */
export function writeAttribute(
  session: Session,
  reference: ObjectReference,
  value: unknown,
  options: WriteOptions,
  settle: Settle<{ before: unknown }>,
): LetGo | undefined {
  const { name } = reference;
  const object = reference.object as Attribute;
  const context = options.context ?? session.createContext();
  const said = session.isUnrestricted ? undefined : describeNow(object);
  let isOver = false;
  const finish = (outcome: Outcome<{ before: unknown }>): void => {
    isOver = true;
    settle(outcome);
  };
  const write = (before: unknown): { before: unknown } | PromiseLike<{ before: unknown }> => {
    // It waited for too long, or nobody waits any more.
    if (isOver) throw new AccessError("ERR_PDM_CANCELLED", `${name} was not written: nobody waits any more`);
    if (options.expected?.(before) === false) {
      throw new AccessError("ERR_PDM_CONFLICT", `${name} has another value than expected; nothing was written`);
    }
    return mapResult<unknown, { before: unknown }>(object.write?.(value, context), () => ({ before }));
  };
  const letGo = passGate<{ before: unknown }>({
    session,
    effect: session.isUnrestricted ? "change" : findWriteEffect(said),
    target: name,
    argumentBytes: 0,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context,
    run: () => {
      if (typeof object.write !== "function") {
        requireInterface(reference, isAttribute(object), "attr");
        throw new AccessError("ERR_PDM_READ_ONLY", `${name} cannot be written`);
      }
      const readEffect = findReadEffect(said);
      const mayRead = isAttribute(object) && session.mayUse(readEffect, name);
      if (!mayRead && options.expected !== undefined) throw createRefusal(session, readEffect, name);
      return takeWriteTurn(object, session.limits.requestTimeoutMs, () => {
        if (isOver) return write(undefined);
        return mayRead ? mapResult(object.read(), write) : write(undefined);
      });
    },
    settle: finish,
  });
  return (
    letGo &&
    ((reason) => {
      isOver = true;
      letGo(reason);
    })
  );
}

/**
 * Calls a method. What is authorised is `OBJECT/METHOD`, and the object itself where it is an operation (whose method is `call`).
 * A method that may not be seen is unknown.
 */
export function invokeMethod(
  session: Session,
  reference: ObjectReference,
  method: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  options: InvokeOptions,
  settle: Settle<unknown>,
): LetGo | undefined {
  const { name } = reference;
  const object = reference.object as Invocable;
  const context = options.context ?? session.createContext();
  const isWhole = method === "call" || !session.isVisible(name);
  return passGate<unknown>({
    session,
    effect: session.isUnrestricted ? "execute" : findCallEffect(describeNow(object), method),
    target: isWhole ? name : `${name}/${method}`,
    createMissing: isWhole ? undefined : () => new UnknownMethodError(method),
    argumentBytes: options.argumentBytes,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context,
    run: () => {
      requireInterface(reference, isInvocable(object), "invoke");
      if (!session.account.canLend(options.argumentBytes)) {
        throw new AccessError("ERR_PDM_LIMIT", "calls under way hold too much memory (totalBytes): try again later");
      }
      return object.invoke(method, args, kwargs, context);
    },
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
        (description) => hideOperations(session, name, description ?? undefined),
      ),
    settle,
  });
}

/** Listeners whose subscription is pending at the object; true once nobody wants it any more. */
const unwanted = new WeakMap<object, boolean>();

/**
 * Has `listener` called with each event, until {@link unsubscribeObject}; also where that comes before the object is done
 * subscribing. After a failure or a deadline, call that too.
 *
 * @param listener made for this subscription alone
 */
export function subscribeObject(
  session: Session,
  reference: ObjectReference,
  listener: (event: unknown, occasion?: unknown) => void,
  options: AccessOptions,
  settle: Settle<void>,
): LetGo | undefined {
  const object = reference.object as EventSource;
  return passGate<void>({
    session,
    effect: session.isUnrestricted ? "read" : findSubscribeEffect(describeNow(object)),
    target: reference.name,
    argumentBytes: 0,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context: options.context,
    run: () => {
      requireInterface(reference, isEventSource(object), "event");
      if (unwanted.get(listener) === true) return undefined;
      unwanted.set(listener, false);
      return mapResult<unknown, void>(object.subscribe(listener), () => {
        // Ended meanwhile, it was unsubscribed before it stood: the listener would stay for ever.
        if (unwanted.get(listener) === true) object.unsubscribe(listener);
      });
    },
    settle,
  });
}

/** Ends a subscription, whatever the object makes of it: giving back is always allowed. */
export function unsubscribeObject(
  session: Session,
  { name, object }: ObjectReference,
  listener: (event: unknown, occasion?: unknown) => void,
): void {
  unwanted.set(listener, true);
  passGate({
    session,
    effect: undefined,
    target: name,
    argumentBytes: 0,
    run: () => (object as EventSource).unsubscribe(listener),
    settle: () => undefined,
  });
}

/** A client's deadline, within the server's bounds. */
function boundTimeout({ limits }: Session, timeoutMs: number | undefined): number {
  if (timeoutMs === undefined) return limits.requestTimeoutMs;
  return Math.max(1, Math.min(timeoutMs, limits.maxRequestTimeoutMs));
}

function requireInterface({ name }: ObjectReference, isSpoken: boolean, wanted: InterfaceName): void {
  if (isSpoken) return;
  throw new AccessError("ERR_PDM_NO_SUCH_INTERFACE", `${name} does not support the interface ${wanted}`);
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
  name: string,
  description: ObjectDescription | undefined,
): ObjectDescription | undefined {
  const operations = description?.operations;
  if (session.isUnrestricted || operations === undefined) return description;
  const seen = Object.entries(operations).filter(
    ([method]) => method === "call" || session.isVisible(`${name}/${method}`),
  );
  return { ...description, operations: Object.fromEntries(seen) };
}
