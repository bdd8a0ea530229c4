import { REPLY_TIMEOUT_MS, resolveClientLimits, type ClientLimits } from "../limits.js";
import { Binding } from "./binding.js";
import type { ConnectionLostError } from "./errors.js";
import { openConnection } from "./hello.js";
import { parseObjectName } from "./object-name.js";
import { PerfChannel } from "./perf-channel.js";
import { RemoteObject } from "./remote-object.js";
import { checkTimeoutMs, type RequestOptions } from "./waiter.js";

/** Options of {@link connect}. `signal` and `timeoutMs` (ten seconds by default, a minute over ssh) are for connecting only. */
export interface ConnectOptions extends RequestOptions {
  /** Milliseconds that a request waits for its reply where it says nothing else; a minute by default, `Infinity` for ever. */
  readonly requestTimeoutMs?: number | undefined;
  /** Whether a Python float that is whole arrives as a `Float` instead of a number, so that it can be passed on without loss. */
  readonly exactFloats?: boolean | undefined;
  /** What the other side can make this program hold. */
  readonly limits?: Partial<ClientLimits> | undefined;
}

/**
 * Connects to a service's objects, through the sub-protocol `perf`: our own services, and those of the Python library.
 *
 * @param spec a Unix socket's path, `HOST:PORT`, `[IPV6]:PORT`, a port of localhost, or `HOST:/PATH` for a Unix socket on another
 * machine, over the system's ssh (`HOST` is what ssh takes: `USER@HOST`, `ssh://USER@HOST:PORT`, a name of its configuration)
 * @throws ConnectError where nothing can be connected to
 * @throws HelloError where the other side is no PDM socket, refuses, or does not answer
 * @throws PdmError `ERR_PDM_LIMIT`, `ERR_PDM_OPTION` for limits and times that are none
 */
export async function connect(spec: string, options: ConnectOptions = {}): Promise<Client> {
  const limits = resolveClientLimits(options.limits);
  const requestTimeoutMs = checkTimeoutMs(options.requestTimeoutMs ?? REPLY_TIMEOUT_MS);
  const connection = await openConnection(spec, "perf", limits, options);
  return new Client(new PerfChannel(connection, requestTimeoutMs, options.exactFloats ?? false));
}

/**
 * A connection to the objects of one service; {@link connect} makes one. It keeps the process alive while it is open. Requests
 * made in one turn of the event loop leave in one write, and none waits for the reply to another.
 */
export class Client {
  /** Resolves when the connection is gone: with the error that ended it, with undefined after `close()`. Never rejects. */
  readonly closed: Promise<ConnectionLostError | undefined>;
  readonly #channel: PerfChannel;
  readonly #found = new Map<string, Binding>();

  /** @internal */
  constructor(channel: PerfChannel) {
    this.#channel = channel;
    this.closed = channel.connection.closed;
  }

  /**
   * A handle on the object `MODULE.OBJECT/NAME/NAME`. Handles on the same name share one binding on the other side, which is
   * released with the last of them.
   *
   * @throws ObjectNameError for a name of another form
   * @throws NoSuchNameError, and what {@link RemoteObject} says of every request; nothing stays bound then
   */
  async find(name: string, options: RequestOptions = {}): Promise<RemoteObject> {
    parseObjectName(name);
    options.signal?.throwIfAborted();
    this.#channel.connection.checkOpen();
    const binding = this.#findBinding(name);
    await binding.hold(options);
    return new RemoteObject(this.#channel, binding);
  }

  /** A handle of its own on an object of a module, bound anew. Throws as `find` does. */
  async lookup(module: string, name: string, options: RequestOptions = {}): Promise<RemoteObject> {
    options.signal?.throwIfAborted();
    const binding = new Binding(this.#channel, `${module}.${name}`);
    binding.bind(module, name);
    await binding.hold(options);
    return new RemoteObject(this.#channel, binding);
  }

  /** Closes the connection at once: every pending request rejects with ConnectionLostError, every stream ends. May be called again. */
  close(): void {
    this.#channel.connection.close();
  }

  /** Closes, and waits until the socket is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }

  #findBinding(name: string): Binding {
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const binding = new Binding(this.#channel, name, () => this.#found.delete(name));
    this.#found.set(name, binding);
    const slash = name.lastIndexOf("/");
    if (slash === -1) {
      const { module, object } = parseObjectName(name);
      binding.bind(module, object);
    } else {
      void this.#lookUp(binding, name.slice(0, slash), name.slice(slash + 1));
    }
    return binding;
  }

  /** Never rejects: what goes wrong is the outcome of `binding`. */
  async #lookUp(binding: Binding, directoryName: string, entry: string): Promise<void> {
    const directory = this.#findBinding(directoryName);
    try {
      // Whoever waits for the entry has a deadline of their own.
      await directory.hold({ timeoutMs: Infinity });
    } catch (error) {
      binding.fail(() => error);
      return;
    }
    binding.lookUp(directory, entry);
    directory.release();
  }
}
