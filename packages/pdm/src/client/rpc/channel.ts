import { isUtf8 } from "node:buffer";
import { REPLY_GRACE_MS } from "../../limits.js";
import type { InputBuffer } from "../../wire/input-buffer.js";
import type { ClientConnection, ClientConversation } from "../connection.js";
import { HelloError, ProtocolError, RequestTimeoutError, TooManyRequestsError } from "../errors.js";
import { showText } from "../quoted-text.js";
import type { RemoteStream } from "../remote-stream.js";
import type { ServerGreeting } from "../server-greeting.js";
import { MAX_TIMEOUT_MS, Waiter, type Outcome, type RequestOptions } from "../waiter.js";
import { createRemoteError } from "./failure.js";
import { readGreeting } from "./greeting.js";
import { asRecord } from "./fields.js";
import { cancelStreams, nameRequest, type RpcRequest } from "./request.js";
import { RpcStreams } from "./streams.js";
import { decodeWhole, hasMoreNodes } from "./values.js";

/** What takes what the server sends under the number of a subscription or a sampling. */
export interface NoticeSink {
  /** @param bytes of the line that it came in */
  receive(method: string, params: Readonly<Record<string, unknown>>, bytes: number): void;
}

/** What takes what happens in a session of the REPL. */
export interface ReplSink {
  receiveEvent(event: Readonly<Record<string, unknown>>): void;
}

/** What a channel tells its owner. */
export interface ChannelOwner {
  /** Characters of JSON text that go out before the first request, with their line feed; may be empty. */
  readonly introduction: string;
  /** The connection is gone; what waited for replies has been told. */
  onLost(channel: RpcChannel): void;
}

/** How long a request waits where it says nothing else. */
export interface DefaultTimeout {
  readonly timeoutMs: number;
  /** Whether the server is told; else its own default, which is shorter, holds there. */
  readonly isTold: boolean;
}

interface PendingRequest {
  readonly request: RpcRequest<unknown>;
  readonly waiter: Waiter<unknown>;
}

/** Characters of the server's words in a message. */
const MAX_TEXT_CHARACTERS = 500;

/**
 * The client's side of `rpc`: a line a message. Replies come in any order, and their ids say whose they are; one that was
 * given up keeps its id until its reply has come.
 */
export class RpcChannel implements ClientConversation {
  readonly connection: ClientConnection;
  readonly streams: RpcStreams;
  /** Waits for the greeting, which comes first. */
  greeted: Waiter<ServerGreeting>;
  readonly #defaultTimeout: DefaultTimeout;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #sinks = new Map<number, NoticeSink>();
  /** By the session's name. */
  readonly #replSinks = new Map<string, ReplSink>();
  /** Those that came with the result that is being read. */
  #opened: RemoteStream[] = [];
  #owner: ChannelOwner | undefined;
  #introduction = "";
  #greeting: ServerGreeting | undefined;
  #lastId = 0;

  /** @param options for the greeting */
  constructor(connection: ClientConnection, defaultTimeout: DefaultTimeout, options: RequestOptions) {
    this.connection = connection;
    this.streams = new RpcStreams(connection);
    this.#defaultTimeout = defaultTimeout;
    this.greeted = this.#awaitGreeting(options);
    connection.converse(this);
  }

  /** From the answer to `thread.enter` on, another thread greets on the same connection. @param options for its greeting */
  enterThread(thread: number, options: RequestOptions): Promise<Outcome<void>> {
    const request = {
      method: "thread.enter",
      target: `thread ${thread}`,
      params: `"thread":${thread}`,
      readResult: () => {
        this.#greeting = undefined;
        this.greeted = this.#awaitGreeting(options);
      },
    };
    return this.request(request, options);
  }

  #awaitGreeting(options: RequestOptions): Waiter<ServerGreeting> {
    const { spec, deadlines } = this.connection;
    return new Waiter(options, Infinity, deadlines, (timeoutMs) => {
      const reason = `it accepted rpc, but did not say what it is within ${Math.ceil(timeoutMs)} ms`;
      return new HelloError("ERR_PDM_HELLO_TIMEOUT", `${spec}: ${reason}`);
    });
  }

  /** Whose it is from now on, once it was greeted. */
  adopt(owner: ChannelOwner): void {
    this.#owner = owner;
    this.#introduction = owner.introduction;
    if (!this.connection.isOpen) owner.onLost(this);
  }

  get greeting(): ServerGreeting | undefined {
    return this.#greeting;
  }

  /**
   * Sends a request and waits for its reply. One that cannot be sent fails at once, with TooManyRequestsError,
   * ProtocolError or ConnectionLostError.
   */
  request<T>(request: RpcRequest<T>, options: RequestOptions): Promise<Outcome<T>> {
    const id = (this.#lastId += 1);
    const { timeoutMs, isTold } =
      request.waitsForever === true ? { timeoutMs: Infinity, isTold: false } : this.#defaultTimeout;
    const wantedMs = options.timeoutMs ?? (isTold ? timeoutMs : undefined);
    const waiter = new Waiter<T>(
      wantedMs === undefined ? options : { signal: options.signal, timeoutMs: addGrace(wantedMs) },
      timeoutMs,
      this.connection.deadlines,
      (passedMs) => this.#createTimeout(request, passedMs),
      () => this.#cancel(id),
    );
    try {
      if (!waiter.settled) this.#send(id, request, wantedMs);
      if (!waiter.settled) this.#pending.set(id, { request, waiter } as PendingRequest);
    } catch (error) {
      waiter.settle({ kind: "failed", makeError: () => error });
    }
    if (waiter.settled) cancelStreams(request);
    return waiter.outcome;
  }

  /** Sends a message that has no reply, whatever waits already. @param members of its parameters, as JSON text */
  notify(method: string, members: string): void {
    this.connection.sendText(`{"jsonrpc":"2.0","method":"${method}","params":{${members}}}\n`);
  }

  /** From now on what comes under that number goes to `sink`. @throws ProtocolError for a number in use */
  listen(subscription: number, sink: NoticeSink): void {
    if (this.#sinks.has(subscription)) {
      throw new ProtocolError(`the other side gave two subscriptions the number ${subscription}`);
    }
    this.#sinks.set(subscription, sink);
  }

  /** No more under that number. */
  unlisten(subscription: number): void {
    if (this.#sinks.delete(subscription)) this.notify("unsubscribe", `"subscription":${subscription}`);
  }

  /** From now on what happens in that session goes to `sink`. */
  listenRepl(session: string, sink: ReplSink): void {
    this.#replSinks.set(session, sink);
  }

  /** No more of that session. */
  unlistenRepl(session: string): void {
    this.#replSinks.delete(session);
  }

  /** The value of a form in a result; streams in it are opened. @throws JsonValueError, ProtocolError */
  readValue(form: unknown): unknown {
    return decodeWhole(form, this.connection.limits, (number) => {
      const stream = this.streams.receive(number);
      this.#opened.push(stream);
      return stream;
    });
  }

  receive(input: InputBuffer): void {
    const { frameBytes } = this.connection.limits;
    for (;;) {
      const line = input.takeUntil("\n");
      if ((line ?? input).length > frameBytes) {
        throw new ProtocolError(`the other side sent a line of over ${frameBytes} bytes (limits.frameBytes)`);
      }
      if (line === undefined) return;
      this.#accept(line);
      if (!this.connection.isOpen) return;
    }
  }

  lose(): void {
    const makeError = (): Error => this.connection.makeLostError();
    const outcome: Outcome<never> = { kind: "failed", makeError };
    this.greeted.settle(outcome);
    for (const { waiter } of this.#pending.values()) waiter.settle(outcome);
    this.#pending.clear();
    this.#sinks.clear();
    this.#replSinks.clear();
    this.streams.lose(makeError);
    this.#owner?.onLost(this);
  }

  #send(id: number, request: RpcRequest<unknown>, timeoutMs: number | undefined): void {
    const { connection } = this;
    connection.checkWritable();
    const { pendingRequests, frameBytes } = connection.limits;
    if (this.#pending.size >= pendingRequests) {
      throw new TooManyRequestsError(
        `${pendingRequests} requests wait for ${connection.spec} already (limits.pendingRequests); this one was not sent`,
      );
    }
    const { method, params } = request;
    const timeout = timeoutMs === undefined ? "" : this.#encodeTimeout(timeoutMs, params === "");
    const line = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{${params}${timeout}}}\n`;
    const mostBytes = Math.min(frameBytes, this.#greeting?.limits["frameBytes"] ?? frameBytes);
    // A code unit is three bytes at the most.
    if (line.length * 3 > mostBytes && Buffer.byteLength(line) > mostBytes) {
      const which = mostBytes < frameBytes ? "frameBytes of the server" : "limits.frameBytes";
      throw new ProtocolError(
        `the request is over ${which} (${mostBytes} bytes); it was not sent: what goes as a stream has no such limit`,
      );
    }
    connection.sendText(this.#introduction === "" ? line : `${this.#introduction}${line}`);
    this.#introduction = "";
  }

  #encodeTimeout(timeoutMs: number, isAlone: boolean): string {
    const most = this.#greeting?.limits["maxRequestTimeoutMs"] ?? MAX_TIMEOUT_MS;
    return `${isAlone ? "" : ","}"timeoutMs":${Math.min(Math.ceil(timeoutMs), most)}`;
  }

  /** Tells the server that nobody waits any more. Its reply still comes. */
  #cancel(id: number): void {
    if (this.#pending.has(id)) this.notify("cancel", `"id":${id}`);
  }

  #accept(line: Buffer): void {
    const message = this.#parse(line);
    const { id, method, params } = message;
    if (typeof method === "string") this.#acceptNotice(method, asRecord(params), line.length + 1);
    else if (typeof id === "number" && this.#pending.has(id)) this.#acceptReply(id, message);
    else if (id === null) throw new ProtocolError(`the other side could not read a request: ${describeError(message)}`);
    else throw new ProtocolError("the other side sent a reply that no request asked for");
  }

  #parse(line: Buffer): Readonly<Record<string, unknown>> {
    const { valueNodes } = this.connection.limits;
    if (!isUtf8(line)) throw new ProtocolError("the other side sent a line that is not UTF-8");
    if (hasMoreNodes(line, valueNodes)) {
      throw new ProtocolError(`the other side sent a line of over ${valueNodes} lists and objects (limits.valueNodes)`);
    }
    let message: unknown;
    try {
      message = JSON.parse(line.toString());
    } catch (error) {
      // Its text quotes what came.
      const reason = showText(error instanceof Error ? error.message : String(error), MAX_TEXT_CHARACTERS);
      throw new ProtocolError(`the other side sent a line that is no JSON text: ${reason}`);
    }
    if (typeof message === "object" && message !== null && !Array.isArray(message)) {
      return message as Record<string, unknown>;
    }
    throw new ProtocolError("the other side sent what is neither a reply nor a notification");
  }

  #acceptReply(id: number, message: Readonly<Record<string, unknown>>): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    const { request, waiter } = pending;
    this.#pending.delete(id);
    const { result, error } = message;
    if (error !== undefined || result === undefined) {
      cancelStreams(request);
      waiter.settle({ kind: "failed", makeError: () => createRemoteError(error, request) });
      return;
    }
    const outcome = this.#readResult(request, asRecord(result));
    const opened = this.#opened;
    if (opened.length > 0) this.#opened = [];
    if (waiter.settled || outcome.kind === "failed") for (const stream of opened) stream.cancel();
    if (waiter.settled && outcome.kind === "returned") request.discard?.();
    waiter.settle(outcome);
  }

  #readResult(request: RpcRequest<unknown>, result: Readonly<Record<string, unknown>>): Outcome<unknown> {
    try {
      return { kind: "returned", value: request.readResult(result, this) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `the result of ${nameRequest(request)} cannot be read: ${reason}`;
      return { kind: "failed", makeError: () => new ProtocolError(message, { cause: error }) };
    }
  }

  #acceptNotice(method: string, params: Readonly<Record<string, unknown>>, bytes: number): void {
    const { stream } = params;
    switch (method) {
      case "event":
      case "lost":
      case "sample":
        // Of one that was ended, some may still be on their way.
        this.#sinks.get(params["subscription"] as number)?.receive(method, params, bytes);
        return;
      case "repl.event":
        this.#replSinks.get(params["session"] as string)?.receiveEvent(asRecord(params["event"]));
        return;
      case "stream.data":
        this.streams.findIncoming(stream)?.push(decodeWhole(params["data"], this.connection.limits), bytes);
        return;
      case "stream.end":
        this.streams.end(stream);
        return;
      case "stream.error":
        this.streams.end(stream, () =>
          createRemoteError(params["error"], { method: "stream", target: "", operation: "the stream" }),
        );
        return;
      case "stream.credit":
        if (isCredit(params["bytes"])) this.streams.findOutgoing(stream)?.grant(params["bytes"]);
        return;
      case "stream.cancel":
        this.streams.findOutgoing(stream)?.cancel();
        return;
      case "hello":
        this.#greeting ??= readGreeting(params);
        this.greeted.settle({ kind: "returned", value: this.#greeting });
        return;
      case "bye":
        throw new ProtocolError(`the other side ended it: ${showReason(params["reason"])}`);
      default:
      // What later servers may have to say.
    }
  }

  #createTimeout(request: RpcRequest<unknown>, timeoutMs: number): RequestTimeoutError {
    const what = nameRequest(request);
    const { spec } = this.connection;
    return new RequestTimeoutError(
      `no reply from ${spec} to ${what} within ${Math.ceil(timeoutMs)} ms; it may still be carried out`,
    );
  }
}

function addGrace(timeoutMs: number): number {
  const { least, most } = REPLY_GRACE_MS;
  const waitMs = timeoutMs + Math.min(most, Math.max(least, timeoutMs / 10));
  // What is no time stays what it is, and is refused as that.
  return timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS ? Math.min(waitMs, MAX_TIMEOUT_MS) : timeoutMs;
}

function isCredit(bytes: unknown): bytes is number {
  return typeof bytes === "number" && bytes > 0;
}

function describeError(message: Readonly<Record<string, unknown>>): string {
  return showReason(asRecord(message["error"])["message"]);
}

function showReason(reason: unknown): string {
  return typeof reason === "string" ? showText(reason, MAX_TEXT_CHARACTERS) : "it did not say why";
}
