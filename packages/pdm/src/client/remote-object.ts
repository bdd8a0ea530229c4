import { PdmError } from "../errors.js";
import type { CallArguments, ObjectAccess } from "./object-access.js";
import { HandleClosedError, NoSuchInterfaceError } from "./errors.js";
import { EventStream, RemoteEvent } from "./event-stream.js";
import { checkQueueSize, createSource } from "./queue-stream.js";
import type { RemoteDescription } from "./remote-description.js";
import type { InvokeOptions, ReadOptions, SubscribeOptions, WriteOptions } from "./request-options.js";
import { StreamQueue, type ReceivedEvent } from "./stream-queue.js";
import type {
  CallParameters,
  EventType,
  ObjectTypes,
  OperationName,
  OperationOf,
  ReadType,
  ReturnedType,
  WriteType,
} from "./typed-objects.js";
import { takeValue, type RequestOptions } from "./waiter.js";
import type { ClientLimits } from "../limits.js";

/**
 * A handle on an object of the other side: close it, or declare it with `await using`. Over `perf` all requests of one client are
 * answered in order, so that a slow one holds up those after it; over `rpc` none waits for another.
 *
 * Every request rejects with
 * - RemoteError, or its subclass that fits, for what the other side answered;
 * - NoSuchInterfaceError, without asking, where `interfaces` lacks the one that is needed;
 * - RequestTimeoutError, or the signal's reason: the request may still be carried out, but `rpc` tells the server that nobody waits;
 * - TooManyRequestsError, or PickleError or JsonValueError for arguments that have no form there: nothing was sent;
 * - NotOfferedError for what the protocol does not have: nothing was sent;
 * - HandleClosedError after `close()`;
 * - ConnectionLostError.
 *
 * Values come and go in the forms of docs/values.md.
 */
export class RemoteObject<T = ObjectTypes> {
  /** What the object can do: `dir`, `attr`, `invoke`, `event`, any of them; others where the other side has more. */
  readonly interfaces: readonly string[];
  readonly #access: ObjectAccess;
  readonly #limits: ClientLimits;
  readonly #streams = new Set<EventStream<EventType<T>>>();
  #open = true;

  /** @internal The object is held already, for this handle. */
  constructor(access: ObjectAccess, limits: ClientLimits) {
    this.#access = access;
    this.#limits = limits;
    this.interfaces = access.interfaces;
  }

  /**
   * A new handle on an entry of this directory; it lives on when this one is closed. Over `rpc` a slash in `name` leads into a
   * directory, since names are all there is.
   *
   * @throws NoSuchNameError
   */
  async lookup(name: string, options: RequestOptions = {}): Promise<RemoteObject> {
    const directory = this.#use("dir");
    options.signal?.throwIfAborted();
    return createRemoteObject(await directory.lookUp(name, options), this.#limits);
  }

  /** The names of this directory's entries, in the other side's order. */
  async list(options: RequestOptions = {}): Promise<string[]> {
    return this.#use("dir").list(options);
  }

  /** The value of this attribute now, or a part of it. @throws ReadFailedError */
  async read(options: ReadOptions = {}): Promise<ReadType<T>> {
    return takeValue(await this.#use("attr").read(options)) as ReadType<T>;
  }

  /**
   * Sets the value of this attribute. Over `rpc`.
   *
   * @returns the value before
   * @throws ReadOnlyError, InvalidArgumentError for a value that does not fit, ConflictError where it is not `expected` any more:
   * nothing was written
   */
  async write(value: WriteType<T>, options: WriteOptions = {}): Promise<ReadType<T>> {
    return takeValue(await this.#use("attr").write(value, options)) as ReadType<T>;
  }

  /** What this object is; undefined where nobody wrote it down. Over `perf` of attributes only. */
  async describe(options: RequestOptions = {}): Promise<RemoteDescription | undefined> {
    if (!this.#open) throw this.#createClosed();
    return this.#access.describe(options);
  }

  /**
   * Calls a method of this object, or where it is a directory the operation of that name in it.
   *
   * @param parameters arguments by position (a list) or by name (an object), none by default; then the options
   * @throws NoSuchMethodError; over `rpc` InvalidArgumentError naming the argument that does not fit: nothing was called
   */
  async invoke<Name extends OperationName<T>>(
    method: Name,
    ...parameters: CallParameters<OperationOf<T, Name>, InvokeOptions>
  ): Promise<ReturnedType<OperationOf<T, Name>>> {
    const [args = [], options = {}] = parameters as [args?: CallArguments, options?: InvokeOptions];
    checkArguments(args);
    return takeValue(await this.#use("invoke").invoke(method, args, options)) as ReturnedType<OperationOf<T, Name>>;
  }

  /** Calls this operation; as `invoke` does, with `call` as the method. */
  async call(
    ...parameters: CallParameters<OperationOf<T, "call">, InvokeOptions>
  ): Promise<ReturnedType<OperationOf<T, "call">>> {
    const [args = [], options = {}] = parameters as [args?: CallArguments, options?: InvokeOptions];
    checkArguments(args);
    return takeValue(await this.#use("invoke").invoke("call", args, options)) as ReturnedType<OperationOf<T, "call">>;
  }

  /**
   * Subscribes to the events of this object. When it resolves, the subscription stands: no later event is missed. Over `perf` all
   * streams of one object share one subscription.
   */
  async subscribe(options: SubscribeOptions = {}): Promise<EventStream<EventType<T>>> {
    const access = this.#use("event");
    const { queuedEvents, queuedEventBytes } = this.#limits;
    const { maxQueuedEvents = queuedEvents, signal } = options;
    const queue = new StreamQueue<ReceivedEvent>(checkQueueSize("maxQueuedEvents", maxQueuedEvents), queuedEventBytes);
    const unsubscribe = await access.subscribe(queue, options);
    const stream: EventStream<EventType<T>> = new EventStream({
      source: createSource(queue, (queued) => new RemoteEvent<EventType<T>>(queued)),
      signal,
      onClose: () => {
        this.#streams.delete(stream);
        unsubscribe();
      },
    });
    this.#streams.add(stream);
    // Either may have happened since the reply came.
    if (signal?.aborted === true) stream.close();
    if (!this.#open) {
      stream.close();
      throw this.#createClosed();
    }
    return stream;
  }

  /**
   * Lets go of the object and ends the streams of this handle; requests on their way are still answered. Over `perf` the last handle
   * unbinds it on the other side, which is not waited for. May be called again.
   */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // The object first: unbinding ends a subscription by itself.
    this.#access.release();
    for (const stream of this.#streams) stream.close();
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #use(needed: string): ObjectAccess {
    if (!this.#open) throw this.#createClosed();
    if (this.interfaces.includes(needed)) return this.#access;
    throw new NoSuchInterfaceError(
      `${this.#access.target} does not speak the interface ${needed}; it has ${this.interfaces.join(", ")}`,
    );
  }

  #createClosed(): HandleClosedError {
    return new HandleClosedError(`${this.#access.target} was closed here; get a new handle with find or lookup`);
  }
}

/** @throws PdmError `ERR_PDM_OPTION` for a single value in place of a list, which would be lost without a word */
function checkArguments(args: unknown): void {
  if (typeof args === "object" && args !== null) return;
  throw new PdmError(
    "ERR_PDM_OPTION",
    `arguments are a list, or an object by name, not ${String(args)}: call([${String(args)}])`,
  );
}

/** Outside of the class: the bundler renames one that refers to itself, and its instances would be shown by that name. */
function createRemoteObject(access: ObjectAccess, limits: ClientLimits): RemoteObject {
  return new RemoteObject(access, limits);
}
