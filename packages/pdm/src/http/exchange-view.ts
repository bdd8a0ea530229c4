import type { Exchange, RawHeaders } from "./exchange.js";
import { listHeaders } from "./headers.js";
import { maskHeader, maskUrl } from "./masking.js";
import { roundToThousandths } from "./rounding.js";

/** An exchange that ended, as people may see it: secrets in the URL and the headers are masked. */
export interface ExchangeView {
  /** When it began: seconds since the epoch. */
  readonly time: number;
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly scheme: "http" | "https";
  readonly remoteAddress: string | null;
  readonly status: number | null;
  readonly aborted: boolean;
  readonly durationMs: number;
  readonly bytesReceived: number | null;
  readonly bytesSent: number | null;
  /** By name in lower case; a list where a header came more than once. */
  readonly requestHeaders: ReadonlyMap<string, string | string[]>;
  readonly responseHeaders: ReadonlyMap<string, string | string[]>;
}

export function viewExchange(exchange: Exchange): ExchangeView {
  return {
    time: Math.round(exchange.loggedAtMs - exchange.durationMs) / 1_000,
    method: exchange.method,
    url: maskUrl(exchange.url),
    httpVersion: exchange.httpVersion,
    scheme: exchange.peer.scheme,
    remoteAddress: exchange.peer.address,
    status: exchange.status,
    aborted: exchange.aborted,
    durationMs: roundToThousandths(exchange.durationMs),
    bytesReceived: exchange.received,
    bytesSent: exchange.sent,
    requestHeaders: viewHeaders(exchange.requestHeaders),
    responseHeaders: viewHeaders(exchange.responseHeaders),
  };
}

function viewHeaders(raw: RawHeaders): Map<string, string | string[]> {
  const headers = new Map<string, string | string[]>();
  for (const [name, value] of listHeaders(raw)) {
    const masked = maskHeader(name, value);
    const known = headers.get(name);
    headers.set(name, known === undefined ? masked : [known, masked].flat());
  }
  return headers;
}
