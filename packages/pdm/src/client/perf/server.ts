import type { ConnectionLostError } from "../errors.js";
import { NotOfferedError } from "../errors.js";
import type { ObjectAccess } from "../object-access.js";
import { parseObjectName } from "../object-name.js";
import type { ServerAccess } from "../server-access.js";
import type { RequestOptions } from "../waiter.js";
import { Binding } from "./binding.js";
import type { PerfChannel } from "./channel.js";
import { PerfObject } from "./object.js";

/** A server over `perf`. Handles on the same name share one binding, which is released with the last of them. */
export class PerfServer implements ServerAccess {
  readonly protocol = "perf";
  readonly greeting = undefined;
  readonly closed: Promise<ConnectionLostError | undefined>;
  readonly #channel: PerfChannel;
  readonly #found = new Map<string, Binding>();

  constructor(channel: PerfChannel) {
    this.#channel = channel;
    this.closed = channel.connection.closed;
  }

  async find(name: string, options: RequestOptions): Promise<ObjectAccess> {
    this.#channel.connection.checkOpen();
    const binding = this.#findBinding(name);
    await binding.hold(options);
    return new PerfObject(this.#channel, binding);
  }

  async lookUp(module: string, name: string, options: RequestOptions): Promise<ObjectAccess> {
    const binding = new Binding(this.#channel, `${module}.${name}`);
    binding.bind(module, name);
    await binding.hold(options);
    return new PerfObject(this.#channel, binding);
  }

  list(): Promise<never> {
    return refuse("list objects by their names");
  }

  describe(): Promise<never> {
    return refuse("describe objects");
  }

  readMany(): Promise<never> {
    return refuse("read many attributes at once");
  }

  sample(): Promise<never> {
    return refuse("sample attributes");
  }

  fetch(): Promise<never> {
    return refuse("fetch what was cut");
  }

  ping(): Promise<never> {
    return refuse("ping");
  }

  openRepl(): Promise<never> {
    return refuse("open a session of the REPL: connectRepl reaches the REPL");
  }

  listReplSessions(): Promise<never> {
    return refuse("list the REPL's sessions");
  }

  inspect(): Promise<never> {
    return refuse("look at expressions");
  }

  listThreads(): Promise<never> {
    return refuse("list threads");
  }

  close(): void {
    this.#channel.connection.close();
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

async function refuse(what: string): Promise<never> {
  throw new NotOfferedError(`this server speaks perf, which cannot ${what}`);
}
