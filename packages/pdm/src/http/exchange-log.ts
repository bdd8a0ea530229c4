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
    const place = exchanges.findIndex(({ durationMs }) => durationMs > exchange.durationMs);
    exchanges.splice(place === -1 ? exchanges.length : place, 0, exchange);
  }
}

/** Keeps a few of the exchanges that ended: the latest, and the slowest of the last half hour to hour. */
export class ExchangeLog {
  /** A ring. */
  readonly #latest: Exchange[] = [];
  #next = 0;
  readonly #slowest = new Generations(HTTP_LIMITS.slowestPeriodMs, () => new Slowest());

  add(exchange: Exchange, nowMs: number): void {
    this.#latest[this.#next] = exchange;
    this.#next = (this.#next + 1) % HTTP_LIMITS.latestExchanges;
    this.#slowest.current(nowMs).add(exchange);
  }

  /** The one that ended last first. */
  listLatest(): Exchange[] {
    return [...this.#latest.slice(this.#next), ...this.#latest.slice(0, this.#next)].toReversed();
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
