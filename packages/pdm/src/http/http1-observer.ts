import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { warn } from "../warning.js";
import { Connection } from "./connection.js";
import { Exchange } from "./exchange.js";
import type { Recorder } from "./recorder.js";

/** What Node says on both channels. */
interface Message {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
}

const START = "http.server.request.start";
const FINISH = "http.server.response.finish";

/** So many connections are looked through for dead ones; then twice what is left. */
const MIN_SWEEP = 64;

/** Observes HTTP/1 requests of every server in the process, with or without TLS, through Node's diagnostics channels. */
export class Http1Observer {
  readonly #recorder: Recorder;
  /** Those that are open. */
  readonly #connections = new Map<Socket, Http1Connection>();
  #sweepAt = MIN_SWEEP;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  start(): void {
    subscribe(START, this.#onStart);
    subscribe(FINISH, this.#onFinish);
  }

  /** Observes no further request; those that are open are forgotten. */
  stop(): void {
    unsubscribe(START, this.#onStart);
    unsubscribe(FINISH, this.#onFinish);
    for (const { socket, onClose } of this.#connections.values()) socket.off("close", onClose);
    this.#connections.clear();
  }

  // What a subscriber of a channel throws would end the process.

  readonly #onStart = (message: unknown): void => {
    try {
      const { request, response, socket } = message as Message;
      (this.#connections.get(socket) ?? this.#meet(socket)).begin(request, response);
    } catch (error) {
      warn("PDM_HTTP_UNSEEN", "a request was not counted", error);
    }
  };

  readonly #onFinish = (message: unknown): void => {
    try {
      const { response, socket } = message as Message;
      this.#connections.get(socket)?.finish(response);
    } catch (error) {
      warn("PDM_HTTP_UNSEEN", "a request's end was not counted", error);
    }
  };

  #meet(socket: Socket): Http1Connection {
    if (this.#connections.size >= this.#sweepAt) this.#sweep();
    const connection = new Http1Connection(socket, this.#recorder, () => this.#connections.delete(socket));
    this.#connections.set(socket, connection);
    return connection;
  }

  /** Ends what is left of connections that closed without telling us: the service may have removed all listeners. */
  #sweep(): void {
    for (const [socket, connection] of this.#connections) if (socket.destroyed) connection.onClose();
    this.#sweepAt = Math.max(MIN_SWEEP, 2 * this.#connections.size);
  }
}

/** A connection with the requests that came on it and have no end yet, in their order: several where the client pipelines. */
class Http1Connection extends Connection {
  readonly socket: Socket;
  readonly #recorder: Recorder;
  readonly #exchanges: Exchange[] = [];
  /** Of each of them. */
  readonly #responses: ServerResponse[] = [];
  readonly #forget: () => void;

  constructor(socket: Socket, recorder: Recorder, forget: () => void) {
    super(socket);
    this.socket = socket;
    this.#recorder = recorder;
    this.#forget = forget;
    socket.once("close", this.onClose);
  }

  begin({ method = "", url = "", httpVersion, rawHeaders }: IncomingMessage, response: ServerResponse): void {
    const exchange = new Exchange(method, url, httpVersion, rawHeaders, this.peer);
    this.#exchanges.push(exchange);
    this.#responses.push(response);
    this.#recorder.begin(exchange);
  }

  finish(response: ServerResponse): void {
    // Responses finish in the order of their requests; one whose request came before we did is not there.
    if (this.#responses[0] !== response) return;
    // Up to Node 22 a response also finishes when its connection is cut with a part of it unsent.
    this.#end(this.#exchanges.shift(), this.#responses.shift(), this.socket.destroyed);
  }

  /** Whatever has no end by now will have none: also pipelined requests, whose responses do not say `close`. */
  readonly onClose = (): void => {
    this.#forget();
    try {
      const responses = this.#responses.splice(0);
      for (const [index, exchange] of this.#exchanges.splice(0).entries()) this.#end(exchange, responses[index], true);
    } catch (error) {
      warn("PDM_HTTP_UNSEEN", "a request's end was not counted", error);
    }
  };

  #end(exchange: Exchange | undefined, response: ServerResponse | undefined, aborted: boolean): void {
    if (exchange === undefined || response === undefined) return;
    exchange.aborted = aborted;
    this.countBytes(this.#recorder.statistics, exchange);
    if (response.headersSent) {
      exchange.responseHeaders = readHead(response);
      exchange.status = readStatus(exchange.responseHeaders) ?? response.statusCode;
    }
    this.#recorder.end(exchange);
  }
}

/** The status as it was sent: `statusCode` can be set later, to anything. */
function readStatus(head: string): number | undefined {
  const status = Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
  return status >= 100 ? status : undefined;
}

/**
 * The head as it was sent, which Node keeps, though undocumented: what `getHeaders()` returns lacks the headers that went
 * to `writeHead()`, and would be a copy for each request.
 */
function readHead(response: ServerResponse): string {
  const { _header: head } = response as { readonly _header?: unknown };
  return typeof head === "string" ? head : "";
}
