import { isMainThread, threadId } from "node:worker_threads";
import type { Limits } from "../limits.js";
import { findWatchdogSpec, whyNoOutOfBand } from "../out-of-band/host.js";
import type { Session } from "../session/session.js";
import { VERSION } from "../version.js";

/** What the second socket speaks. */
const OUT_OF_BAND = { protocol: "urgent", version: 1 } as const;

/** The object whose name decides who may look at it. */
const WATCHDOG = "pdm.watchdog";

/** The version of the protocol. */
const PROTOCOL_VERSION = 1;

/** The same for all clients. Found out for the first one: the first date as text costs a millisecond. */
let startedAt: string | undefined;

/** The limits that a client can run into. */
const SHOWN_LIMITS = [
  "frameBytes",
  "replyBytes",
  "requestTimeoutMs",
  "maxRequestTimeoutMs",
  "requestsInFlight",
  "subscriptions",
  "streams",
  "streamWindowBytes",
  "streamIdleMs",
  "handles",
  "handleIdleMs",
  "bulkItems",
  "pageObjects",
  "minSampleMs",
  "valueDepth",
  "valueItems",
  "arguments",
  "replBlockMs",
  "replSessions",
  "replIdleMs",
  "replHandles",
  "replQueue",
] as const satisfies readonly (keyof Limits)[];

/** What the server says of itself to one client: see `GREETING` in `methods/definitions.ts`. */
export function createGreeting(session: Session, capabilities: readonly string[]): object {
  const { principal, limits, build } = session;
  const watchdog = session.mayUse("read", WATCHDOG) ? findWatchdogSpec(principal.socket) : undefined;
  startedAt ??= new Date(Date.now() - process.uptime() * 1_000).toISOString();
  return {
    rpc: PROTOCOL_VERSION,
    server: { name: "pdm", version: VERSION },
    process: {
      pid: process.pid,
      startedAt,
      title: process.title,
      node: process.version,
      build: build ?? null,
      ...(isMainThread ? {} : { thread: threadId }),
    },
    session: session.id,
    role: principal.role,
    rights: principal.rights,
    capabilities,
    ...(principal.rights.includes("repl") && whyNoOutOfBand() === undefined ? { outOfBand: OUT_OF_BAND } : {}),
    ...(watchdog === undefined ? {} : { watchdog: { spec: watchdog } }),
    limits: Object.fromEntries(SHOWN_LIMITS.map((name) => [name, limits[name]])),
  };
}
