import { HTTP_LIMITS } from "../limits.js";
import type { Exchange, RawHeaders } from "./exchange.js";
import { listHeaders, listSensitiveNames } from "./headers.js";
import { cut, maskHeader, viewUrl } from "./masking.js";
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
    url: viewUrl(exchange.url),
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

/** No longer than people read: whoever sends requests decides how much there is to look through. */
function viewHeaders(raw: RawHeaders): Map<string, string | string[]> {
  const sensitive = listSensitiveNames(raw);
  const headers = new Map<string, string | string[]>();
  for (const [name, value] of listHeaders(raw).slice(0, HTTP_LIMITS.shownHeaders)) {
    const shown = maskHeader(name, cut(value, HTTP_LIMITS.shownHeaderCharacters), sensitive);
    const known = headers.get(name);
    if (known === undefined) headers.set(name, shown);
    else if (typeof known === "string") headers.set(name, [known, shown]);
    else known.push(shown);
  }
  return headers;
}
