import { readClockMs } from "../clock.js";
import { HTTP_LIMITS } from "../limits.js";
import type { Exchange } from "./exchange.js";
import { ExchangeLog } from "./exchange-log.js";
import { Generations } from "./generations.js";
import { Histogram, summarizeDurations } from "./histogram.js";
import type { DurationSummary } from "./histogram.js";
import { Rate } from "./rate.js";
import { roundToThousandths } from "./rounding.js";

/** What is known of all requests together. */
export class Statistics {
  /** Exchanges that began and have not ended. */
  inFlight: number = 0;
  /** Exchanges that ended, those cut off included. */
  count: number = 0;
  /** Exchanges that were cut off. */
  aborted: number = 0;
  /** Bytes on the connections that carried requests, headers included; what cut-off responses sent is left out. */
  received: number = 0;
  sent: number = 0;
  readonly log: ExchangeLog = new ExchangeLog();

  /** Status, or null where no response was begun, to how many ended with it. */
  readonly #byStatus = new Map<number | null, number>();
  readonly #durations = new Histogram();
  readonly #recentDurations = new Generations(HTTP_LIMITS.recentPeriodMs, () => new Histogram());
  readonly #rate = new Rate(HTTP_LIMITS.rateSeconds);

  begin(): void {
    this.inFlight += 1;
  }

  /** The exchange has ended, now. */
  end(exchange: Exchange): void {
    const nowMs = readClockMs();
    exchange.durationMs = nowMs - exchange.startMs;
    this.inFlight -= 1;
    this.count += 1;
    if (exchange.aborted) this.aborted += 1;
    this.#byStatus.set(exchange.status, (this.#byStatus.get(exchange.status) ?? 0) + 1);
    this.#durations.record(exchange.durationMs);
    this.#recentDurations.current(nowMs).record(exchange.durationMs);
    this.#rate.mark(nowMs);
    this.log.add(exchange, nowMs);
  }

  countByStatus(): Map<string | null, number> {
    const entries = [...this.#byStatus].map(
      ([status, count]) => [status === null ? null : String(status), count] as const,
    );
    return new Map(entries);
  }

  /** Requests that ended, a second. */
  readRates(): Readonly<Record<"10s" | "1m" | "5m", number>> {
    const nowMs = readClockMs();
    return {
      "10s": roundToThousandths(this.#rate.perSecond(10, nowMs)),
      "1m": roundToThousandths(this.#rate.perSecond(60, nowMs)),
      "5m": roundToThousandths(this.#rate.perSecond(HTTP_LIMITS.rateSeconds, nowMs)),
    };
  }

  summarizeDurations(): DurationSummary {
    return summarizeDurations(this.#durations);
  }

  summarizeRecentDurations(): DurationSummary {
    return summarizeDurations(...this.#recentDurations.both(readClockMs()));
  }
}
