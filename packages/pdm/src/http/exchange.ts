import { readClockMs } from "../clock.js";
import type { AshdRequestStarted } from "./ashd-event.js";
import type { RequestStarted } from "./request-event.js";

/** The other end of a connection. */
export interface Peer {
  readonly scheme: "http" | "https";
  /** Null on Unix sockets, and where it was gone already. */
  readonly address: string | null;
  readonly port: number | null;
}

/** Headers as Node has them at no cost: names and values in turn, an object by name, or the text that was sent. */
export type RawHeaders = readonly string[] | Readonly<Record<string, unknown>> | string;

/** A request and its response. What is said of its end is so from its end on. */
export class Exchange {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly requestHeaders: RawHeaders;
  readonly peer: Peer;
  /** When the request's headers had arrived, on the clock of `readClockMs()`. */
  readonly startMs: number = readClockMs();

  /** Null where no response was begun. */
  status: number | null = null;
  responseHeaders: RawHeaders = "";
  /** Whether the response was cut off. */
  aborted: boolean = false;
  durationMs: number = 0;
  /** When it was put into the log, at its end: milliseconds since the epoch. */
  loggedAtMs: number = 0;
  /** Bytes, headers included; null where they cannot be told from those of others on the same connection. */
  received: number | null = null;
  /** The same; null also where a part of the response did not leave, for nothing says how much did. */
  sent: number | null = null;

  /** The events that told of its start, where somebody listened then. */
  startEvent: RequestStarted | undefined = undefined;
  ashdStartEvent: AshdRequestStarted | undefined = undefined;

  constructor(method: string, url: string, httpVersion: string, requestHeaders: RawHeaders, peer: Peer) {
    this.method = method;
    this.url = url;
    this.httpVersion = httpVersion;
    this.requestHeaders = requestHeaders;
    this.peer = peer;
  }
}
