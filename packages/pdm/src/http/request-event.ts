import { event } from "../objects/declared-event.js";
import type { EventChannel } from "../objects/event-channel.js";
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

const TEXT = { type: "string" } as const;
const COUNT_OR_NONE = { type: ["integer", "null"], minimum: 0 } as const;

/** The type of {@link RequestStarted}. */
const REQUEST_STARTED = {
  type: "object",
  properties: {
    time: { type: "number" },
    id: { type: "integer" },
    method: TEXT,
    url: TEXT,
    host: { type: ["string", "null"] },
    scheme: { enum: ["http", "https"] },
    httpVersion: TEXT,
    remoteAddress: { type: ["string", "null"] },
    remotePort: COUNT_OR_NONE,
  },
  required: ["time", "id", "method", "url", "host", "scheme", "httpVersion", "remoteAddress", "remotePort"],
} as const;

/** The type of {@link RequestFinished}. */
const REQUEST_FINISHED = {
  type: "object",
  properties: {
    time: { type: "number" },
    id: { type: "integer" },
    aborted: { type: "boolean" },
    method: TEXT,
    url: TEXT,
    status: COUNT_OR_NONE,
    durationMs: { type: "number", minimum: 0 },
    bytesReceived: COUNT_OR_NONE,
    bytesSent: COUNT_OR_NONE,
  },
  required: ["time", "id", "aborted", "method", "url", "status", "durationMs", "bytesReceived", "bytesSent"],
} as const;

/** The event of all requests, at their start and at their end. */
export function createRequestEvent(): EventChannel<RequestStarted | RequestFinished> {
  return event({
    description: "Each HTTP request as it comes in, and how it ended; secrets are masked.",
    type: { anyOf: [REQUEST_STARTED, REQUEST_FINISHED] },
  });
}
