import { ignoreRejection, isPromiseLike } from "../engine/promise.js";
import { PdmError } from "../errors.js";
import { CallContext } from "../objects/call-context.js";
import type { ObjectDescription, OperationDescription } from "../objects/description.js";
import {
  isAttribute,
  isDirectory,
  isEventSource,
  isInvocable,
  isWritable,
  listInterfaces,
} from "../objects/interfaces.js";
import type { Described, InterfaceName } from "../objects/interfaces.js";
import type { ObjectEvents, Subscription } from "./object-events.js";
import { printAsText } from "./tool.js";
import type { ToolHost } from "./tool.js";

/** What the tree of one session needs. */
export interface TreeContext {
  readonly host: ToolHost;
  readonly events: ObjectEvents;
}

/**
 * One declared object, with its interfaces as methods: what the tree of `pdm` is made of, for when a plain property will not do, such
 * as a write that has to be awaited.
 */
export class ObjectHandle {
  readonly name: string;
  readonly object: object;
  readonly interfaces: readonly InterfaceName[];
  readonly #context: TreeContext;

  constructor(name: string, object: object, context: TreeContext) {
    this.name = name;
    this.object = object;
    this.interfaces = listInterfaces(object);
    this.#context = context;
  }

  /** What it says of itself; undefined where it says nothing, or only later. */
  describe(): ObjectDescription | undefined {
    try {
      const said = (this.object as Described).describe?.();
      if (!isPromiseLike(said)) return said ?? undefined;
      ignoreRejection(said);
    } catch {
      // A description that fails describes nothing.
    }
    return undefined;
  }

  /** The attribute's value, or a promise of it. */
  read(): unknown {
    if (!isAttribute(this.object)) throw this.#createLack("attr", "cannot be read");
    return keep(this.object.read());
  }

  /** Sets the attribute's value; what the object returns, a promise perhaps. */
  write(value: unknown): unknown {
    if (!isWritable(this.object)) throw this.#createLack("attr", "cannot be written");
    return keep(this.object.write(value, this.#createContext()));
  }

  /** Calls a method with arguments by position and by name. */
  invoke(method: string, args: readonly unknown[] = [], named: Readonly<Record<string, unknown>> = {}): unknown {
    if (!isInvocable(this.object)) throw this.#createLack("invoke", "has no methods");
    const kwargs = Object.assign(Object.create(null) as Record<string, unknown>, named);
    return keep(this.object.invoke(method, args, kwargs, this.#createContext()));
  }

  /** The names of a directory's entries, or a promise of them. */
  list(): string[] | Promise<string[]> {
    if (!isDirectory(this.object)) throw this.#createLack("dir", "is no directory");
    const names = this.object.list();
    return isPromiseLike(names) ? keep(Promise.resolve(names).then((all) => [...all])) : [...names];
  }

  /** Prints each event, or calls `listener` with it. */
  on(listener?: (event: unknown) => unknown, options?: { readonly limit?: number }): Subscription {
    if (!isEventSource(this.object)) throw this.#createLack("event", "has no events");
    return this.#context.events.subscribe(this.name, this.object, listener, options);
  }

  /** A promise of the next event. */
  next(): Promise<unknown> {
    if (!isEventSource(this.object)) throw this.#createLack("event", "has no events");
    return this.#context.events.next(this.name, this.object);
  }

  /** What the object says of its methods; undefined where it does not say. */
  get operations(): Readonly<Record<string, OperationDescription>> | undefined {
    return isInvocable(this.object) ? this.describe()?.operations : undefined;
  }

  /** The object itself is what is called: `cancel("7")`. */
  get isOperation(): boolean {
    return !isDirectory(this.object) && Object.hasOwn(this.operations ?? {}, "call");
  }

  toString(): string {
    const description = this.describe()?.description;
    return `${this.name} (${this.interfaces.join(", ")})${description === undefined ? "" : `: ${description}`}`;
  }

  #createContext(): CallContext {
    return new CallContext(this.#context.host.caller ?? { session: 0, role: "admin" });
  }

  #createLack(wanted: InterfaceName, problem: string): PdmError {
    const has = this.interfaces.length === 0 ? "none" : this.interfaces.join(", ");
    return new PdmError("ERR_PDM_OBJECT", `${this.name} ${problem} (${wanted}); its interfaces: ${has}`);
  }
}
printAsText(ObjectHandle);

/** A promise whose `await` was forgotten must not end the daemon. */
function keep<T>(result: T): T {
  ignoreRejection(result);
  return result;
}
