import { FinishEvent, StartEvent } from "../objects/event.js";
import type { Exchange } from "./exchange.js";
import { findHost } from "./headers.js";
import { viewUrl } from "./masking.js";
import { roundToThousandths } from "./rounding.js";

/** A request came in. */
export class RequestStarted extends StartEvent {
  readonly method: string;
  /** As it was sent, secrets masked. */
  readonly url: string;
  readonly host: string | null;
  readonly scheme: "http" | "https";
  readonly httpVersion: string;
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;

  constructor({ method, url, requestHeaders, httpVersion, peer }: Exchange) {
    super();
    this.method = method;
    this.url = viewUrl(url);
    this.host = findHost(requestHeaders);
    this.scheme = peer.scheme;
    this.httpVersion = httpVersion;
    this.remoteAddress = peer.address;
    this.remotePort = peer.port;
  }
}

/** It was answered, or cut off: then it is `aborted`. */
export class RequestFinished extends FinishEvent {
  readonly method: string;
  readonly url: string;
  /** Null where no response was begun. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly bytesReceived: number | null;
  readonly bytesSent: number | null;

  constructor(start: RequestStarted, exchange: Exchange) {
    super(start, exchange.aborted);
    this.method = start.method;
    this.url = start.url;
    this.status = exchange.status;
    this.durationMs = roundToThousandths(exchange.durationMs);
    this.bytesReceived = exchange.received;
    this.bytesSent = exchange.sent;
  }
}
