import type { Cut } from "../../json/cut.js";
import { PdmError } from "../../errors.js";
import type { ConnectionLostError } from "../errors.js";
import type { ObjectAccess } from "../object-access.js";
import { RemoteError } from "../errors.js";
import { checkQueueSize, createSource } from "../queue-stream.js";
import type {
  DescribeOptions,
  FetchOptions,
  ListedObject,
  ListOptions,
  ReadItem,
  ReadManyOptions,
  SampleOptions,
  ServerDescription,
} from "../request-options.js";
import type { ListedReplSession, ListedThread, OpenReplOptions, ReplLook, ReplSession } from "../repl-session.js";
import { RemoteSample, SampleStream, type ReceivedSample } from "../sample-stream.js";
import type { ServerAccess } from "../server-access.js";
import type { ServerGreeting } from "../server-greeting.js";
import { StreamQueue } from "../stream-queue.js";
import { takeValue, type RequestOptions } from "../waiter.js";
import { DescriptionCache } from "./description-cache.js";
import { createRemoteError } from "./failure.js";
import type { RpcLink } from "./link.js";
import { asRecord, readCount, readList, readText } from "./fields.js";
import { findRpcObject } from "./object.js";
import { checkOffered, openReplSession } from "./repl-session.js";
import { RpcSubscription } from "./subscription.js";
import { listObjects } from "./tree.js";
import { encodeLimits } from "./values.js";

/** A server over `rpc`. */
export class RpcServer implements ServerAccess {
  readonly protocol = "rpc";
  readonly closed: Promise<ConnectionLostError | undefined>;
  readonly #link: RpcLink;
  readonly #descriptions: DescriptionCache;

  constructor(link: RpcLink) {
    this.#link = link;
    this.closed = link.closed;
    this.#descriptions = new DescriptionCache(link);
  }

  get greeting(): ServerGreeting | undefined {
    return this.#link.greeting;
  }

  find(name: string, options: RequestOptions): Promise<ObjectAccess> {
    return findRpcObject(this.#link, name, options);
  }

  lookUp(module: string, name: string, options: RequestOptions): Promise<ObjectAccess> {
    return findRpcObject(this.#link, `${module}.${name}`, options);
  }

  list(names: readonly string[], options: ListOptions): Promise<ListedObject[]> {
    return listObjects(this.#link, names, options);
  }

  describe(name: string | undefined, options: DescribeOptions): Promise<ServerDescription> {
    return this.#descriptions.describe(name, options);
  }

  async readMany(names: readonly string[], options: ReadManyOptions): Promise<ReadItem[]> {
    const params = `"names":${JSON.stringify(names)}${encodeLimits(options.limits)}`;
    const outcome = await this.#link.request(
      {
        method: "readMany",
        target: "",
        params,
        readResult: ({ items }, channel) => readItems(items, (form) => channel.readValue(form)),
      },
      options,
    );
    return takeValue(outcome);
  }

  async sample(names: readonly string[], options: SampleOptions): Promise<SampleStream> {
    const { everyMs, onChange, signal } = options;
    const { queuedEvents, queuedEventBytes } = this.#link.limits;
    const size = checkQueueSize("maxQueuedSamples", options.maxQueuedSamples ?? queuedEvents);
    const queue = new StreamQueue<ReceivedSample>(size, queuedEventBytes);
    const wishes = JSON.stringify({ names, everyMs, onChange }).slice(1, -1);
    const subscription = new RpcSubscription(this.#link, {
      method: "sample",
      target: "",
      params: `${wishes}${encodeLimits(options.limits)}`,
      queue,
      readItem: readSample,
      isComplete: false,
    });
    try {
      await subscription.start(options);
    } catch (error) {
      subscription.stop();
      throw error;
    }
    const stream = new SampleStream({
      source: createSource(queue, (queued) => new RemoteSample(queued)),
      signal,
      onClose: () => subscription.stop(),
    });
    // It may have happened since the reply came.
    if (signal?.aborted === true) stream.close();
    return stream;
  }

  async fetch(cut: Cut, options: FetchOptions): Promise<unknown> {
    const { handle } = cut;
    if (handle === undefined)
      throw new PdmError("ERR_PDM_OPTION", "the server has not kept what was cut: it has no handle");
    const outcome = await this.#link.request(
      {
        method: "fetch",
        target: "",
        params: `"handle":${handle}${encodeLimits(options.limits)}`,
        readResult: ({ value }, channel) => channel.readValue(value),
      },
      options,
    );
    return takeValue(outcome);
  }

  async ping(options: RequestOptions): Promise<void> {
    const request = { method: "ping", target: "", params: "", readResult: () => undefined };
    takeValue(await this.#link.request(request, options));
  }

  openRepl(options: OpenReplOptions): Promise<ReplSession> {
    return openReplSession(this.#link, options);
  }

  listReplSessions(options: RequestOptions): Promise<readonly ListedReplSession[]> {
    return this.#ask("repl.list", "", ({ sessions }) => readList(sessions, "sessions").map(readSession), options);
  }

  inspect(expression: string, options: RequestOptions): Promise<ReplLook> {
    return this.#ask("inspect", `"expression":${JSON.stringify(expression)}`, readLook, options);
  }

  listThreads(options: RequestOptions): Promise<readonly ListedThread[]> {
    return this.#ask("thread.list", "", ({ threads }) => readList(threads, "threads").map(readThread), options);
  }

  close(): void {
    this.#link.close();
  }

  async #ask<T>(
    method: string,
    params: string,
    readResult: (result: Readonly<Record<string, unknown>>) => T,
    options: RequestOptions,
  ): Promise<T> {
    checkOffered(this.#link, method);
    return takeValue(await this.#link.request({ method, target: "", params, readResult }, options));
  }
}

function readSession(form: unknown): ListedReplSession {
  const { name, startedAt, clients, isBusy, evaluations, endsInMs } = asRecord(form);
  return {
    name: readText(name, "name"),
    startedAt: typeof startedAt === "number" ? startedAt : 0,
    clients: readList(clients, "clients").map((client) => readCount(client, "client")),
    isBusy: isBusy === true,
    evaluations: readCount(evaluations, "evaluations"),
    ...(typeof endsInMs === "number" && { endsInMs }),
  };
}

function readLook({ kind, type, text, reason, members, omitted }: Readonly<Record<string, unknown>>): ReplLook {
  if (kind === "refused") return { kind, reason: readText(reason, "reason") };
  if (kind !== "value") return { kind: "threw", text: readText(text, "text") };
  const list = members === undefined ? undefined : readList(members, "members").map(readLookMember);
  return {
    kind,
    type: readText(type, "type"),
    text: readText(text, "text"),
    ...(list && { members: list }),
    ...(omitted !== undefined && { omitted: readCount(omitted, "omitted") }),
  };
}

function readLookMember(form: unknown): { readonly name: string; readonly type: string; readonly text: string } {
  const { name, type, text } = asRecord(form);
  return { name: readText(name, "name"), type: readText(type, "type"), text: readText(text, "text") };
}

function readThread(form: unknown): ListedThread {
  const { thread, name, reason } = asRecord(form);
  return {
    thread: readCount(thread, "thread"),
    name: readText(name, "name"),
    ...(typeof reason === "string" && { reason }),
  };
}

function readSample(params: Readonly<Record<string, unknown>>, decode: (form: unknown) => unknown): ReceivedSample {
  const { time, items, skipped } = params;
  return {
    time: typeof time === "number" ? time : 0,
    items: readItems(items, decode),
    skipped: typeof skipped === "number" ? skipped : 0,
  };
}

function readItems(form: unknown, decode: (form: unknown) => unknown): ReadItem[] {
  return Array.from(readList(form, "items"), (item) => {
    const { name: nameForm, value, error } = asRecord(item);
    const name = readText(nameForm, "name");
    if (error === undefined) return { name, value: decode(value) };
    const failure = createRemoteError(error, { method: "readMany", target: name });
    return { name, error: failure instanceof RemoteError ? failure : new RemoteError(failure.message) };
  });
}
