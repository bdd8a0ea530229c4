import type { Cut } from "../json/cut.js";
import type { ClientLimits } from "../limits.js";
import type { ConnectionLostError } from "./errors.js";
import { parseObjectName } from "./object-name.js";
import { RemoteObject } from "./remote-object.js";
import type { ListedReplSession, ListedThread, OpenReplOptions, ReplLook, ReplSession } from "./repl-session.js";
import type {
  DescribeOptions,
  FetchOptions,
  ListedObject,
  ListOptions,
  ReadItem,
  ReadManyOptions,
  SampleOptions,
  ServerDescription,
} from "./request-options.js";
import type { SampleStream } from "./sample-stream.js";
import type { ObjectProtocol, ServerAccess } from "./server-access.js";
import type { ServerGreeting } from "./server-greeting.js";
import type { AnyObjects } from "./typed-objects.js";
import type { RequestOptions } from "./waiter.js";

/**
 * A connection to the objects of one service; {@link connect} makes one. It keeps the process alive while it is open. Requests
 * made in one turn of the event loop leave in one write, and none waits for the reply to another.
 *
 * Requests throw what {@link RemoteObject} says of them; those that only `rpc` has reject with NotOfferedError where
 * `protocol` is `perf`.
 *
 * @typeParam Objects types of the service's objects by name, as `generateTypes` writes them
 */
export class Client<Objects extends object = AnyObjects> {
  /** The protocol that the server and this client agreed on. */
  readonly protocol: ObjectProtocol;
  /**
   * Resolves when there is no connection and none will be made: with the error that ended it, with undefined after `close()`.
   * Never rejects.
   */
  readonly closed: Promise<ConnectionLostError | undefined>;
  readonly #access: ServerAccess;
  readonly #limits: ClientLimits;

  /** @internal */
  constructor(access: ServerAccess, limits: ClientLimits) {
    this.#access = access;
    this.#limits = limits;
    this.protocol = access.protocol;
    this.closed = access.closed;
  }

  /** What the server said of itself when it was last connected to; undefined over `perf`. */
  get server(): ServerGreeting | undefined {
    return this.#access.greeting;
  }

  /**
   * A handle on the object `MODULE.OBJECT/NAME/NAME`. Over `perf` handles on the same name share one binding on the other side,
   * which is released with the last of them; over `rpc` the other side holds nothing for a handle.
   *
   * @throws ObjectNameError for a name of another form
   * @throws NoSuchNameError, and what {@link RemoteObject} says of every request; nothing stays bound then
   */
  async find<Name extends string & keyof Objects>(
    name: Name,
    options: RequestOptions = {},
  ): Promise<RemoteObject<Objects[Name]>> {
    parseObjectName(name);
    options.signal?.throwIfAborted();
    return new RemoteObject(await this.#access.find(name, options), this.#limits);
  }

  /** A handle of its own on an object of a module, over `perf` bound anew. Throws as `find` does. */
  async lookup(module: string, name: string, options: RequestOptions = {}): Promise<RemoteObject> {
    options.signal?.throwIfAborted();
    return new RemoteObject(await this.#access.lookUp(module, name, options), this.#limits);
  }

  /**
   * The objects whose names fit a glob, or one of many: `*` stands for any characters but `/`, `**` for any, `?` for one but `/`.
   * Over `rpc`. Only what may be seen is listed, each object before its entries. A long list comes in pages, and
   * `timeoutMs` holds for each.
   *
   * @throws InvalidArgumentError for a glob or a schema that is none
   */
  list(names: string | readonly string[] = "**", options: ListOptions = {}): Promise<ListedObject[]> {
    return this.#access.list(toList(names), options);
  }

  /**
   * What an object and those below it say of themselves, without a name what all do. Over `rpc`. What has not changed since it was
   * asked before, but for `cost`, is not sent again, and then it is the same object. Pages as in `list`.
   *
   * @throws NoSuchNameError
   */
  describe(name?: string, options: DescribeOptions = {}): Promise<ServerDescription> {
    return this.#access.describe(name, options);
  }

  /**
   * The values of many attributes, by names or globs. Over `rpc`. Each has an outcome of its own: one that fails, or is not there
   * when `timeoutMs` is over, is an error among the values of the others.
   */
  readMany(names: string | readonly string[], options: ReadManyOptions = {}): Promise<ReadItem[]> {
    return this.#access.readMany(toList(names), options);
  }

  /**
   * Has the server read attributes every so often, the first time at once: `for await (const sample of stream)`. Over `rpc`. What
   * globs match is found at the beginning, and again after each loss of the connection.
   */
  sample(names: string | readonly string[], options: SampleOptions): Promise<SampleStream> {
    return this.#access.sample(toList(names), options);
  }

  /**
   * What a {@link Cut} left out, as it is now, in the form of the whole: more items of a list, more of a text. It may be cut again.
   * Over `rpc`.
   *
   * @throws NoSuchHandleError where the server keeps it no more: read the value again
   */
  fetch(cut: Cut, options: FetchOptions = {}): Promise<unknown> {
    return this.#access.fetch(cut, options);
  }

  /** Resolves when the server has answered: its event loop turns. Over `rpc`. */
  ping(options: RequestOptions = {}): Promise<void> {
    return this.#access.ping(options);
  }

  /**
   * A session of the service's REPL, new or taken up. Over `rpc`; it takes the right `repl`.
   *
   * @throws NotOfferedError where the server is of an older version: use `connectRepl`
   */
  openRepl(options: OpenReplOptions = {}): Promise<ReplSession> {
    return this.#access.openRepl(options);
  }

  /** The sessions of the service's REPL, those that nobody is in now included. Over `rpc`; it takes the right `repl`. */
  listReplSessions(options: RequestOptions = {}): Promise<readonly ListedReplSession[]> {
    return this.#access.listReplSessions(options);
  }

  /**
   * What an expression is in the service's global scope, as far as V8 can tell without changing anything: what would, is refused. Over
   * `rpc`; it takes the right `inspect`, which shows every secret in the process.
   */
  inspect(expression: string, options: RequestOptions = {}): Promise<ReplLook> {
    return this.#access.inspect(expression, options);
  }

  /** The service's threads; `connect(spec, { thread })` enters one. Over `rpc`; it takes the right `repl`. */
  listThreads(options: RequestOptions = {}): Promise<readonly ListedThread[]> {
    return this.#access.listThreads(options);
  }

  /** Closes the connection at once: every pending request rejects with ConnectionLostError, every stream ends. May be called again. */
  close(): void {
    this.#access.close();
  }

  /** Closes, and waits until the socket is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }
}

function toList(names: string | readonly string[]): readonly string[] {
  return typeof names === "string" ? [names] : names;
}
