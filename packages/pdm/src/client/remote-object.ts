import { PdmError } from "../errors.js";
import { Tuple } from "../pickle/values.js";
import { Binding } from "./binding.js";
import { HandleClosedError, NoSuchInterfaceError, ProtocolError } from "./errors.js";
import { StreamQueue } from "./stream-queue.js";
import { EventStream } from "./event-stream.js";
import type { PerfChannel } from "./perf-channel.js";
import { readPythonObject } from "./python-object.js";
import type { RequestDescription } from "./remote-failure.js";
import { takeValue, type RequestOptions } from "./waiter.js";

/** What an attribute says of itself. */
export interface RemoteDescription {
  /** A sentence or two for people; undefined where the other side has other fields only. */
  readonly description: string | undefined;
  /** All fields that the other side sent; frozen and without prototype. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Options of {@link RemoteObject.invoke}. */
export interface InvokeOptions extends RequestOptions {
  /** Arguments by name. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of {@link RemoteObject.subscribe}. */
export interface SubscribeOptions extends RequestOptions {
  /** Aborting gives the subscribing up, and later ends the stream. `timeoutMs` is for the subscribing only. */
  readonly signal?: AbortSignal | undefined;
  /** Events that wait for a reader before the oldest are lost; `limits.queuedEvents` by default, a whole number above 0. */
  readonly maxQueuedEvents?: number | undefined;
}

/**
 * A handle on an object of the other side: close it, or declare it with `await using`. All requests of one client are answered in
 * order, so that a slow one holds up those after it.
 *
 * Every request rejects with
 * - RemoteError, or its subclass that fits, for what the other side raised;
 * - NoSuchInterfaceError, without asking, where `interfaces` lacks the one that is needed;
 * - RequestTimeoutError, or the signal's reason: the request may still be carried out;
 * - TooManyRequestsError, or PickleError for arguments that Python has no form for: nothing was sent;
 * - HandleClosedError after `close()`;
 * - ConnectionLostError.
 *
 * Values come and go in the forms of docs/values.md.
 */
export class RemoteObject {
  /** What the object can do: `dir`, `attr`, `invoke`, `event`, any of them; others where the other side has more. */
  readonly interfaces: readonly string[];
  readonly #channel: PerfChannel;
  readonly #binding: Binding;
  readonly #streams = new Set<EventStream>();
  #open = true;

  /** @internal The binding is held already, for this handle. */
  constructor(channel: PerfChannel, binding: Binding) {
    this.#channel = channel;
    this.#binding = binding;
    this.interfaces = binding.interfaces;
  }

  /** A new handle on an entry of this directory; it lives on when this one is closed. @throws NoSuchNameError */
  async lookup(name: string, options: RequestOptions = {}): Promise<RemoteObject> {
    const directory = this.#use("dir");
    options.signal?.throwIfAborted();
    const binding = new Binding(this.#channel, `${directory.target}/${name}`);
    binding.lookUp(directory, name);
    await binding.hold(options);
    return createRemoteObject(this.#channel, binding);
  }

  /** The names of this directory's entries, in the other side's order. */
  async list(options: RequestOptions = {}): Promise<string[]> {
    return readNames(await this.#ask("dir", "ls", [], options));
  }

  /** The value of this attribute now. @throws ReadFailedError */
  read(options: RequestOptions = {}): Promise<unknown> {
    return this.#ask("attr", "readattr", [], options);
  }

  /** What this attribute means; undefined where nobody wrote it down. */
  async describe(options: RequestOptions = {}): Promise<RemoteDescription | undefined> {
    const info = await this.#ask("attr", "attrinfo", [], options);
    if (info === null || info === undefined) return undefined;
    const { fields } = readPythonObject(info);
    return { description: typeof fields["desc"] === "string" ? fields["desc"] : undefined, fields };
  }

  /**
   * Calls a method of this object.
   *
   * @param args arguments by position; those by name are in `options.kwargs`
   * @throws NoSuchMethodError
   */
  async invoke(method: string, args: readonly unknown[] = [], options: InvokeOptions = {}): Promise<unknown> {
    return this.#ask("invoke", "invoke", [method, Tuple.from(args), options.kwargs ?? {}], options, method);
  }

  /**
   * Subscribes to the events of this object. When it resolves, the subscription stands: no later event is missed. All streams
   * of one object share one subscription.
   */
  async subscribe(options: SubscribeOptions = {}): Promise<EventStream> {
    this.#use("event");
    const { queuedEvents, queuedEventBytes } = this.#channel.connection.limits;
    const { maxQueuedEvents = queuedEvents, signal } = options;
    if (!Number.isSafeInteger(maxQueuedEvents) || maxQueuedEvents < 1) {
      throw new PdmError(
        "ERR_PDM_OPTION",
        `maxQueuedEvents must be a whole number above 0, not ${String(maxQueuedEvents)}`,
      );
    }
    const { subscription } = this.#binding;
    const queue = new StreamQueue(maxQueuedEvents, queuedEventBytes);
    await subscription.add(queue, options);
    const stream: EventStream = new EventStream(queue, signal, () => {
      this.#streams.delete(stream);
      subscription.remove(queue);
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
   * Lets go of the object and ends the streams of this handle; requests on their way are still answered. The last handle
   * unbinds it on the other side, which is not waited for. May be called again.
   */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // The binding first: unbinding ends a subscription by itself.
    this.#binding.release();
    for (const stream of this.#streams) stream.close();
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #use(needed: string): Binding {
    if (!this.#open) throw this.#createClosed();
    if (this.interfaces.includes(needed)) return this.#binding;
    const { target } = this.#binding;
    throw new NoSuchInterfaceError(
      `${target} does not speak the interface ${needed}; it has ${this.interfaces.join(", ")}`,
    );
  }

  /** Sends a request that needs the interface `needed`, and waits for what it returns. */
  async #ask(
    needed: string,
    kind: RequestDescription["kind"],
    parameters: readonly unknown[],
    options: RequestOptions,
    method?: string,
  ): Promise<unknown> {
    const { id, target } = this.#use(needed);
    const request: RequestDescription = method === undefined ? { kind, target } : { kind, target, method };
    return takeValue(await this.#channel.request(Tuple.of<unknown>(kind, id, ...parameters), request, options));
  }

  #createClosed(): HandleClosedError {
    return new HandleClosedError(`${this.#binding.target} was closed here; get a new handle with find or lookup`);
  }
}

/** Python 2 lists byte strings; one that is not ASCII has arrived as bytes. */
function readNames(value: unknown): string[] {
  if (!Array.isArray(value)) throw new ProtocolError("the other side sent no list of names");
  return Array.from(value, (name: unknown) => {
    if (typeof name === "string") return name;
    if (name instanceof Uint8Array) return Buffer.from(name).toString();
    throw new ProtocolError("the other side sent a list with a name that is no string");
  });
}

/** Outside of the class: the bundler renames one that refers to itself, and its instances would be shown by that name. */
function createRemoteObject(channel: PerfChannel, binding: Binding): RemoteObject {
  return new RemoteObject(channel, binding);
}
