import type { CallContext } from "./call-context.js";
import type { ObjectDescription } from "./description.js";

/**
 * The four interfaces of a manageable object. They are structural: whatever has the methods speaks the interface, and
 * one object may speak several. Each method may return a promise; what it throws reaches only the client that asked.
 */

/** What any of them may have besides: a description of itself. */
export interface Described {
  /** What the object is; undefined where nobody wrote it down. Asked for often, so best the same object each time. */
  describe?(): ObjectDescription | undefined | PromiseLike<ObjectDescription | undefined>;
}

/** Named entries, each an object that speaks some interface. */
export interface Directory extends Described {
  /** The names that `lookup` knows, in the order to show them. */
  list(): Iterable<string> | PromiseLike<Iterable<string>>;
  /** The entry of that name, the same object each time; undefined where there is none. */
  lookup(name: string): unknown;
}

/** A value that can be read, and written where there is `write`. */
export interface Attribute<T = unknown> extends Described {
  /** The value now: data as `docs/values.md` lists it. While a promise of it is pending, others who read wait for the same one. */
  read(): T | PromiseLike<T>;
  /**
   * Sets the value; what it returns is only waited for.
   *
   * @throws an error whose `code` is `ERR_PDM_INVALID_ARGUMENT` for a value of another type; then nothing has changed
   */
  write?(value: T, context: CallContext): unknown;
}

/** Methods that can be called by name. */
export interface Invocable extends Described {
  /**
   * Calls `method`.
   *
   * @param kwargs arguments by name; without prototype, empty where there are none
   * @param context who calls, and a signal that aborts when nobody waits for the result any more
   * @throws UnknownMethodError (any error whose `code` is `ERR_PDM_UNKNOWN_METHOD`) where there is no such method
   * @throws an error whose `code` is `ERR_PDM_INVALID_ARGUMENT` for arguments that do not fit; then nothing was called
   */
  invoke(
    method: string,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    context: CallContext,
  ): unknown;
}

/** Something that happens, again and again. */
export interface EventSource<E = unknown> extends Described {
  /** Calls `listener` for each event from now on, synchronously and in order. */
  subscribe(listener: (event: E) => void): unknown;
  /** The end of it; also from within `listener`. */
  unsubscribe(listener: (event: E) => void): unknown;
  /** The number of the last event, counted from 1 whether or not anybody listens; undefined where nobody counts. */
  readonly sequence?: number | undefined;
}

/** The names under which the interfaces travel. */
export type InterfaceName = "dir" | "attr" | "invoke" | "event";

type Candidate = Partial<Record<keyof (Directory & Required<Attribute> & Invocable & EventSource), unknown>>;

/** Whether `object` can be listed and looked into. */
export function isDirectory(object: unknown): object is Directory {
  return has(object, "list") && has(object, "lookup");
}

/** Whether `object` can be read. */
export function isAttribute(object: unknown): object is Attribute {
  return has(object, "read");
}

/** Whether the value of `object` can be set. */
export function isWritable(object: unknown): object is Attribute & Required<Pick<Attribute, "write">> {
  return isAttribute(object) && has(object, "write");
}

/** Whether `object` has methods to call. */
export function isInvocable(object: unknown): object is Invocable {
  return has(object, "invoke");
}

/** Whether `object` can be subscribed to. */
export function isEventSource(object: unknown): object is EventSource {
  return has(object, "subscribe") && has(object, "unsubscribe");
}

/** The names in the order in which they are listed, each at the place of its bit. */
const NAMES: readonly InterfaceName[] = ["dir", "attr", "invoke", "event"];

/** A list for each combination of interfaces, so that what is kept for each bound object is none of its own. */
const COMBINATIONS: readonly (readonly InterfaceName[])[] = Array.from({ length: 1 << NAMES.length }, (_, bits) =>
  NAMES.filter((_name, place) => (bits & (1 << place)) !== 0),
);

/** The interfaces that `object` speaks, in the order `dir`, `attr`, `invoke`, `event`; none for what is no object. */
export function listInterfaces(object: unknown): readonly InterfaceName[] {
  const bits =
    (isDirectory(object) ? 1 : 0) |
    (isAttribute(object) ? 2 : 0) |
    (isInvocable(object) ? 4 : 0) |
    (isEventSource(object) ? 8 : 0);
  return COMBINATIONS[bits] ?? [];
}

function has(object: unknown, method: keyof Candidate): boolean {
  if (object === null || (typeof object !== "object" && typeof object !== "function")) return false;
  return typeof (object as Candidate)[method] === "function";
}
