import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Http2SecureServer, Http2Server, Http2Session, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { warn } from "../warning.js";
import { Connection } from "./connection.js";
import { Exchange } from "./exchange.js";
import type { Recorder } from "./recorder.js";

export type AnyHttp2Server = Http2Server | Http2SecureServer;
type Headers = Readonly<Record<string, unknown>>;

const STREAM_START = "http2.server.stream.start";
const CONNECTION = "net.server.socket";

/**
 * Observes the requests of HTTP/2 servers.
 *
 * Where Node tells of streams on a diagnostics channel, that is every server in the process. Where it does not (before 22.17),
 * it is every server that was given to {@link observe} or accepts a connection from the network: that is told on a channel
 * everywhere. Whether Node tells of streams shows with the first, before the server says it: then nothing else is listened to.
 */
export class Http2Observer {
  readonly #recorder: Recorder;
  /** Those that are open and listened to, with what ends that. */
  readonly #servers = new Map<AnyHttp2Server, () => void>();
  readonly #connections = new WeakMap<Http2Session, Connection>();
  #nodeTells = false;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  start(): void {
    subscribe(STREAM_START, this.#onStreamStart);
    subscribe(CONNECTION, this.#onConnection);
  }

  /** Observes this server from now on, which Node may not tell of. A second time does nothing. */
  observe(server: AnyHttp2Server): void {
    if (this.#nodeTells || this.#servers.has(server)) return;
    const forget = (): void => {
      this.#servers.delete(server);
      server.off("stream", this.#onStream);
      server.off("close", forget);
    };
    this.#servers.set(server, forget);
    // First, since the service may end the stream at once.
    server.prependListener("stream", this.#onStream);
    server.on("close", forget);
  }

  /** Observes no further request; those that are open are forgotten. */
  stop(): void {
    unsubscribe(STREAM_START, this.#onStreamStart);
    this.#leaveServers();
  }

  #leaveServers(): void {
    unsubscribe(CONNECTION, this.#onConnection);
    for (const forget of this.#servers.values()) forget();
  }

  // What a subscriber of a channel throws would end the process; so it may where the service watches its own listeners.

  readonly #onStreamStart = (message: unknown): void => {
    try {
      if (!this.#nodeTells) {
        this.#nodeTells = true;
        this.#leaveServers();
      }
      const { stream, headers } = message as { stream: ServerHttp2Stream; headers: Headers };
      this.#begin(stream, headers);
    } catch (error) {
      warn("PDM_HTTP_UNSEEN", "a request was not counted", error);
    }
  };

  readonly #onConnection = (message: unknown): void => {
    try {
      const { server } = (message as { socket: Socket & { server?: object } }).socket;
      if (isHttp2Server(server)) this.observe(server);
    } catch (error) {
      warn("PDM_HTTP_UNSEEN", "a server is not observed", error);
    }
  };

  readonly #onStream = (stream: ServerHttp2Stream, headers: Headers): void => {
    try {
      this.#begin(stream, headers);
    } catch (error) {
      warn("PDM_HTTP_UNSEEN", "a request was not counted", error);
    }
  };

  #begin(stream: ServerHttp2Stream, headers: Headers): void {
    // Streams with even numbers are what the server pushes; CONNECT makes a tunnel, such as a WebSocket's.
    if ((stream.id ?? 0) % 2 === 0 || headers[":method"] === "CONNECT" || stream.session === undefined) return;
    const connection = this.#connections.get(stream.session) ?? this.#meet(stream.session);
    const exchange = new Exchange(text(headers[":method"]), text(headers[":path"]), "2.0", headers, connection.peer);
    stream.once("close", () => this.#end(connection, exchange, stream));
    this.#recorder.begin(exchange);
  }

  #meet(session: Http2Session): Connection {
    const connection = new Connection(session.socket);
    this.#connections.set(session, connection);
    return connection;
  }

  #end(connection: Connection, exchange: Exchange, stream: ServerHttp2Stream): void {
    try {
      connection.countBytes(this.#recorder.statistics);
    } catch {
      // The session has ended, and its socket says no more.
    }
    const { sentHeaders, aborted, rstCode } = stream;
    const status = sentHeaders?.[":status"];
    exchange.status = typeof status === "number" ? status : null;
    exchange.responseHeaders = sentHeaders ?? {};
    exchange.aborted = aborted || rstCode !== 0;
    this.#recorder.end(exchange);
  }
}

/** Told by a method that no other server has: to import the class would load all of HTTP/2 into every process. */
export function isHttp2Server(server: unknown): server is AnyHttp2Server {
  return typeof (server as { updateSettings?: unknown } | null | undefined)?.updateSettings === "function";
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
