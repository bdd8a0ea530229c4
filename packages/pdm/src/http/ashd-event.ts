import { FinishEvent, StartEvent } from "../objects/event.js";
import type { Exchange } from "./exchange.js";
import { findHost, readStatusMessage } from "./headers.js";
import { viewUrl } from "./masking.js";

/** The start of a request as `ashd-wsgi` tells of it: what WSGI calls its environment, as text; secrets are masked. */
export class AshdRequestStarted extends StartEvent {
  static override readonly pythonClass: string = "ashd.perf.reqstart";

  readonly method: string;
  readonly uri: string;
  readonly host: string | null;
  /** The part of the path that leads to the application: none, it has them all. */
  readonly script_uri: string = "";
  readonly script_path: string | null = process.argv[1] ?? null;
  readonly pathinfo: string;
  readonly querystring: string;
  readonly remoteaddr: string | null;
  readonly remoteport: string | null;
  readonly scheme: string;
  /** CPU seconds used before. */
  readonly icpu: number;

  constructor({ method, url, requestHeaders, peer }: Exchange) {
    super();
    const uri = viewUrl(url);
    const [path, query] = splitOnce(uri, "?");
    this.method = method;
    this.uri = uri;
    this.host = findHost(requestHeaders);
    this.pathinfo = decodePath(path);
    this.querystring = query ?? "";
    this.remoteaddr = peer.address;
    this.remoteport = peer.port === null ? null : String(peer.port);
    this.scheme = peer.scheme;
    this.icpu = readCpuSeconds();
  }
}

/** The end of a request as `ashd-wsgi` tells of it. */
export class AshdRequestFinished extends FinishEvent {
  static override readonly pythonClass: string = "ashd.perf.reqfinish";

  /** The status line's text, such as `200 OK`; null where no response was begun. */
  readonly status: string | null;
  /** CPU seconds that the event loop's thread (the process, where Node cannot tell) used meanwhile, for other requests too. */
  readonly cputime: number;

  constructor(start: AshdRequestStarted, { aborted, status, responseHeaders }: Exchange) {
    super(start, aborted);
    this.status = formatStatus(status, readStatusMessage(responseHeaders));
    this.cputime = Math.max(0, readCpuSeconds() - start.icpu);
  }
}

function formatStatus(status: number | null, message: string): string | null {
  if (status === null) return null;
  // HTTP/2 has no text of its own. The module is loaded: there is a server.
  const text = message || process.getBuiltinModule("node:http").STATUS_CODES[status];
  return text === undefined ? String(status) : `${status} ${text}`;
}

function readCpuSeconds(): number {
  const { user, system } =
    (process as { threadCpuUsage?: typeof process.cpuUsage }).threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1_000_000;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const place = text.indexOf(separator);
  return place === -1 ? [text] : [text.slice(0, place), text.slice(place + separator.length)];
}
