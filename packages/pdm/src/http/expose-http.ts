import { attribute } from "../objects/declared-attribute.js";
import { directory } from "../objects/declared-directory.js";
import type { DeclaredDirectory } from "../objects/declared-directory.js";
import { expose } from "../objects/registry.js";
import type { Exposure } from "../objects/registry.js";
import { viewExchange } from "./exchange-view.js";
import type { Recorder } from "./recorder.js";
import type { Statistics } from "./statistics.js";

/**
 * Exposes `pdm.http` and, for programs written for `ashd-wsgi`, `ashd.perf`.
 *
 * @throws PdmError `ERR_PDM_EXPOSE` where a name is taken; then none is exposed
 */
export function exposeHttp({ statistics, requests, ashdRequests }: Recorder): Exposure {
  const own = expose("pdm.http", { statistics: declareStatistics(statistics), requests });
  try {
    const ashd = expose("ashd.perf", {
      statistics: directory({
        description: "What ashd-wsgi counts.",
        entries: {
          req: attribute({
            description: "Requests that ended, by status code.",
            type: COUNTS,
            unit: "{request}",
            kind: "counter",
            read: () => statistics.countByStatus(),
          }),
        },
      }),
      requests: ashdRequests,
    });
    const withdraw = (): void => {
      own.withdraw();
      ashd.withdraw();
    };
    return { withdraw, [Symbol.dispose]: withdraw };
  } catch (error) {
    own.withdraw();
    throw error;
  }
}

const COUNT = { type: "integer", minimum: 0 } as const;
const COUNTS = { "x-value": "map", additionalProperties: COUNT } as const;
const RATE = { type: "number", minimum: 0 } as const;
const DURATION = { type: ["number", "null"], minimum: 0 } as const;
const SUMMARY = {
  type: "object",
  properties: {
    count: COUNT,
    mean: DURATION,
    min: DURATION,
    p50: DURATION,
    p90: DURATION,
    p95: DURATION,
    p99: DURATION,
    p999: DURATION,
    max: DURATION,
  },
} as const;
const EXCHANGES = { type: "array", items: { type: "object" } } as const;

function declareStatistics(statistics: Statistics): DeclaredDirectory {
  const counter = { type: COUNT, unit: "{request}", kind: "counter" } as const;
  return directory({
    description: "What is known of all HTTP requests together.",
    entries: {
      count: attribute({
        description: "Requests that ended since the observation began.",
        ...counter,
        read: () => statistics.count,
      }),
      byStatus: attribute({
        description: "How many of them by status code, as text; none where no response was begun.",
        ...counter,
        type: COUNTS,
        read: () => statistics.countByStatus(),
      }),
      aborted: attribute({
        description: "How many of them were cut off before their response was complete.",
        ...counter,
        read: () => statistics.aborted,
      }),
      inFlight: attribute({
        description: "Requests that are being answered now.",
        type: COUNT,
        unit: "{request}",
        kind: "gauge",
        read: () => statistics.inFlight,
      }),
      rates: attribute({
        description: "Requests a second that ended in the last 10 seconds, minute, and 5 minutes.",
        type: { type: "object", properties: { "10s": RATE, "1m": RATE, "5m": RATE }, required: ["10s", "1m", "5m"] },
        unit: "{request}/s",
        kind: "gauge",
        read: () => statistics.readRates(),
      }),
      durations: attribute({
        description:
          "Milliseconds from a request's head to the end of its response: count, mean, extremes and percentiles since the observation began.",
        type: SUMMARY,
        unit: "ms",
        read: () => statistics.summarizeDurations(),
      }),
      recentDurations: attribute({
        description: "The same for the last one to two minutes.",
        type: SUMMARY,
        unit: "ms",
        read: () => statistics.summarizeRecentDurations(),
      }),
      bytes: attribute({
        description:
          "Bytes received and sent on the connections that carried requests, headers included; what cut-off responses sent is left out.",
        type: { type: "object", properties: { received: COUNT, sent: COUNT }, required: ["received", "sent"] },
        unit: "By",
        kind: "counter",
        read: () => ({ received: statistics.received, sent: statistics.sent }),
      }),
      slowest: attribute({
        description:
          "The exchanges that took longest in the last half hour to hour, the slowest first; secrets are masked.",
        type: EXCHANGES,
        read: () => statistics.log.listSlowest().map(viewExchange),
      }),
      latest: attribute({
        description: "The exchanges that ended last (of a flood of them, some), the latest first; secrets are masked.",
        type: EXCHANGES,
        read: () => statistics.log.listLatest().map(viewExchange),
      }),
    },
  });
}
