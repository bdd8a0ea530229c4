import { classNameOf } from "../../json/marks.js";
import { isPositional, type CallArguments, type ObjectAccess } from "../object-access.js";
import type { RemoteDescription } from "../remote-description.js";
import type { InvokeOptions, ReadOptions, SubscribeOptions, WriteOptions } from "../request-options.js";
import type { ReceivedEvent, StreamQueue } from "../stream-queue.js";
import type { Outcome, RequestOptions } from "../waiter.js";
import type { RpcChannel } from "./channel.js";
import type { RpcLink } from "./link.js";
import type { OutgoingStream } from "./outgoing-stream.js";
import { cancelStreams } from "./request.js";
import { RpcSubscription } from "./subscription.js";
import { encodeLimits, encodeWhole } from "./values.js";
import { findDescription, listEntries } from "./tree.js";

/** One object over `rpc`: its name, which each request carries. The server holds nothing for it. */
class RpcObject implements ObjectAccess {
  readonly target: string;
  readonly interfaces: readonly string[];
  readonly #link: RpcLink;
  /** `"name":"…"`, of which every request's parameters begin. */
  readonly #nameMember: string;
  readonly #subscriptions = new Set<RpcSubscription<ReceivedEvent>>();

  constructor(link: RpcLink, name: string, interfaces: readonly string[]) {
    this.#link = link;
    this.target = name;
    this.interfaces = interfaces;
    this.#nameMember = `"name":${JSON.stringify(name)}`;
  }

  lookUp(name: string, options: RequestOptions): Promise<ObjectAccess> {
    return findRpcObject(this.#link, `${this.target}/${name}`, options);
  }

  list(options: RequestOptions): Promise<string[]> {
    return listEntries(this.#link, this.target, options);
  }

  describe(options: RequestOptions): Promise<RemoteDescription | undefined> {
    return findDescription(this.#link, this.target, options);
  }

  read(options: ReadOptions): Promise<Outcome<unknown>> {
    const { path, limits } = options;
    const pathMember = path === undefined ? "" : `,"path":${JSON.stringify(path)}`;
    return this.#ask("read", `${pathMember}${encodeLimits(limits)}`, options, readValueMember);
  }

  write(value: unknown, options: WriteOptions): Promise<Outcome<unknown>> {
    return this.#askWith(options, () => {
      const { limits } = this.#link;
      const expected = "expected" in options ? `,"expected":${encodeWhole(options.expected, limits)}` : "";
      const members = `,"value":${encodeWhole(value, limits)}${expected}`;
      return this.#ask("write", members, options, ({ before }, channel) => channel.readValue(before));
    });
  }

  invoke(method: string, args: CallArguments, options: InvokeOptions): Promise<Outcome<unknown>> {
    return this.#askWith(options, () => {
      const streams: OutgoingStream[] = [];
      try {
        const operation = method === "call" ? "" : `,"operation":${JSON.stringify(method)}`;
        const argsMember = this.#encodeArguments("args", args, streams);
        const namedMember = this.#encodeArguments("named", options.kwargs ?? [], streams);
        const members = `${operation}${argsMember}${namedMember}${encodeLimits(options.limits)}`;
        return this.#ask("invoke", members, options, readValueMember, method, streams);
      } catch (error) {
        cancelStreams({ streams });
        throw error;
      }
    });
  }

  async subscribe(queue: StreamQueue<ReceivedEvent>, options: SubscribeOptions): Promise<() => void> {
    const { where, minIntervalMs, latestOnly } = options;
    const wishes = JSON.stringify({ where, minIntervalMs, latestOnly }).slice(1, -1);
    const subscription = new RpcSubscription(this.#link, {
      method: "subscribe",
      target: this.target,
      params: wishes === "" ? this.#nameMember : `${this.#nameMember},${wishes}`,
      queue,
      readItem: readEvent,
      isComplete: where === undefined && minIntervalMs === undefined && latestOnly !== true,
    });
    this.#subscriptions.add(subscription);
    const stop = (): void => {
      this.#subscriptions.delete(subscription);
      subscription.stop();
    };
    try {
      await subscription.start(options);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  release(): void {
    for (const subscription of this.#subscriptions) subscription.stop();
    this.#subscriptions.clear();
  }

  #ask(
    method: string,
    members: string,
    options: RequestOptions,
    readResult: (result: Readonly<Record<string, unknown>>, channel: RpcChannel) => unknown,
    operation?: string,
    streams?: readonly OutgoingStream[],
  ): Promise<Outcome<unknown>> {
    const params = `${this.#nameMember}${members}`;
    const request = { method, target: this.target, params, readResult, operation, ...(streams && { streams }) };
    return this.#link.request(request, options);
  }

  /** What has no form fails the request alone, with nothing sent; nothing is encoded for one that has been given up already. */
  #askWith({ signal }: RequestOptions, ask: () => Promise<Outcome<unknown>>): Promise<Outcome<unknown>> {
    try {
      signal?.throwIfAborted();
      return ask();
    } catch (error) {
      return Promise.resolve({ kind: "failed", makeError: () => error });
    }
  }

  /** As a member of the parameters; nothing where there are none. */
  #encodeArguments(member: string, given: CallArguments, streams: OutgoingStream[]): string {
    if ((isPositional(given) ? given : Object.keys(given)).length === 0) return "";
    const form = encodeWhole(given, this.#link.limits, (source) => {
      const stream = this.#link.use().streams.send(source);
      streams.push(stream);
      return stream.number;
    });
    return `,"${member}":${form}`;
  }
}

/** The object of that name, after asking whether there is one. @throws NoSuchNameError */
export async function findRpcObject(link: RpcLink, name: string, options: RequestOptions): Promise<ObjectAccess> {
  const { interfaces } = await findDescription(link, name, options);
  return new RpcObject(link, name, interfaces);
}

function readValueMember({ value }: Readonly<Record<string, unknown>>, channel: RpcChannel): unknown {
  return channel.readValue(value);
}

function readEvent(params: Readonly<Record<string, unknown>>, decode: (form: unknown) => unknown): ReceivedEvent {
  const { sequence, time, skipped } = params;
  const value = decode(params["value"]);
  return {
    className: classNameOf(value) ?? "",
    fields: readFields(value),
    value,
    sequence: typeof sequence === "number" ? sequence : undefined,
    time: typeof time === "number" ? time : undefined,
    skipped: typeof skipped === "number" ? skipped : 0,
  };
}

/** Its own fields; none of what is no object. */
function readFields(value: unknown): Readonly<Record<string, unknown>> {
  const fields = Object.create(null) as Record<string, unknown>;
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map)) {
    for (const [name, field] of Object.entries(value)) fields[name] = field;
  }
  return Object.freeze(fields);
}
