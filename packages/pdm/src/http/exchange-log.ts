import { readClockMs } from "../clock.js";
import { HTTP_LIMITS } from "../limits.js";
import type { Exchange } from "./exchange.js";
import { Generations } from "./generations.js";

/** The exchanges that took longest, the shortest of them first. */
class Slowest {
  readonly exchanges: Exchange[] = [];

  add(exchange: Exchange): void {
    const { exchanges } = this;
    if (exchanges.length === HTTP_LIMITS.slowestExchanges) {
      if (exchange.durationMs <= (exchanges[0]?.durationMs ?? 0)) return;
      exchanges.shift();
    }
    exchange.loggedAtMs = Date.now();
    const place = exchanges.findIndex(({ durationMs }) => durationMs > exchange.durationMs);
    exchanges.splice(place === -1 ? exchanges.length : place, 0, exchange);
  }
}

/**
 * The exchanges that ended last; when very many end, some of them. Who looks sees a second of them rather than a millisecond, and
 * the service is spared the work of keeping each alive for a moment.
 */
class Latest {
  /** A ring. */
  readonly #exchanges: Exchange[] = [];
  #next = 0;
  /** How many more may be kept now; grows with the time. */
  #allowed: number = HTTP_LIMITS.latestExchanges;
  #allowedAtMs: number = readClockMs();

  add(exchange: Exchange, nowMs: number): void {
    const gained = ((nowMs - this.#allowedAtMs) / 1_000) * HTTP_LIMITS.latestPerSecond;
    this.#allowed = Math.min(HTTP_LIMITS.latestExchanges, this.#allowed + gained);
    this.#allowedAtMs = nowMs;
    if (this.#allowed < 1) return;
    this.#allowed -= 1;
    exchange.loggedAtMs = Date.now();
    this.#exchanges[this.#next] = exchange;
    this.#next = (this.#next + 1) % HTTP_LIMITS.latestExchanges;
  }

  /** The one that ended last first. */
  list(): Exchange[] {
    return [...this.#exchanges.slice(this.#next), ...this.#exchanges.slice(0, this.#next)].toReversed();
  }
}

/** Keeps a few of the exchanges that ended: the latest, and the slowest of the last half hour to hour. */
export class ExchangeLog {
  readonly #latest = new Latest();
  readonly #slowest = new Generations(HTTP_LIMITS.slowestPeriodMs, () => new Slowest());

  add(exchange: Exchange, nowMs: number): void {
    this.#latest.add(exchange, nowMs);
    this.#slowest.current(nowMs).add(exchange);
  }

  /** The one that ended last first. */
  listLatest(): Exchange[] {
    return this.#latest.list();
  }

  /** The slowest first. */
  listSlowest(): Exchange[] {
    return this.#slowest
      .both(readClockMs())
      .flatMap(({ exchanges }) => exchanges)
      .toSorted((one, other) => other.durationMs - one.durationMs)
      .slice(0, HTTP_LIMITS.slowestExchanges);
  }
}
