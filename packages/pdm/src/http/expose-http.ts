import { ComputedAttribute } from "../objects/attribute.js";
import { expose } from "../objects/registry.js";
import type { Exposure } from "../objects/registry.js";
import { StaticDirectory } from "../objects/static-directory.js";
import { viewExchange } from "./exchange-view.js";
import type { Recorder } from "./recorder.js";

/**
 * Exposes `pdm.http` and, for programs written for `ashd-wsgi`, `ashd.perf`.
 *
 * @throws PdmError `ERR_PDM_EXPOSE` where a name is taken; then none is exposed
 */
export function exposeHttp({ statistics, requests, ashdRequests }: Recorder): Exposure {
  const own = expose("pdm.http", {
    statistics: new StaticDirectory({
      count: new ComputedAttribute(() => statistics.count, "Requests that ended since the observation began."),
      byStatus: new ComputedAttribute(
        () => statistics.countByStatus(),
        "How many of them by status code, as text; none where no response was begun.",
      ),
      aborted: new ComputedAttribute(
        () => statistics.aborted,
        "How many of them were cut off before their response was complete.",
      ),
      inFlight: new ComputedAttribute(() => statistics.inFlight, "Requests that are being answered now."),
      rates: new ComputedAttribute(
        () => statistics.readRates(),
        "Requests a second that ended in the last 10 seconds, minute, and 5 minutes.",
      ),
      durations: new ComputedAttribute(
        () => statistics.summarizeDurations(),
        "Milliseconds from a request's head to the end of its response: count, mean, extremes and percentiles since the observation began.",
      ),
      recentDurations: new ComputedAttribute(
        () => statistics.summarizeRecentDurations(),
        "The same for the last one to two minutes.",
      ),
      bytes: new ComputedAttribute(
        () => ({ received: statistics.received, sent: statistics.sent }),
        "Bytes received and sent on the connections that carried requests, headers included; what cut-off responses sent is left out.",
      ),
      slowest: new ComputedAttribute(
        () => statistics.log.listSlowest().map(viewExchange),
        "The exchanges that took longest in the last half hour to hour, the slowest first; secrets are masked.",
      ),
      latest: new ComputedAttribute(
        () => statistics.log.listLatest().map(viewExchange),
        "The exchanges that ended last (of a flood of them, some), the latest first; secrets are masked.",
      ),
    }),
    requests,
  });
  try {
    const ashd = expose("ashd.perf", {
      statistics: new StaticDirectory({
        req: new ComputedAttribute(() => statistics.countByStatus(), "Requests that ended, by status code."),
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
