import { combine, ComputedAttribute, expose, MethodTable, StaticDirectory } from "pdm";
import { observe } from "pdm/http";
import type { Cache } from "./cache.js";
import type { Job } from "./job.js";
import type { OrderBook } from "./order-book.js";
import type { Shop } from "./shop.js";

/** Makes the shop's parts manageable, `shop.orders.statistics/count` and so on, and its HTTP requests as `pdm.http`. */
export function exposeShop(shop: Shop): void {
  observe();
  expose("shop.orders", { statistics: describeOrders(shop.orders), placed: shop.orders.placed });
  expose("shop.cache", { pages: describeCache(shop.pages) });
  expose("shop.jobs", { restock: describeJob(shop.jobs.restock), invoices: describeJob(shop.jobs.invoices) });
}

function describeOrders(orders: OrderBook): object {
  return new StaticDirectory({
    count: new ComputedAttribute(() => orders.count, "Orders placed since the shop opened."),
    revenue: new ComputedAttribute(() => orders.revenueCents, "What they cost together, in cents."),
    byStatus: new ComputedAttribute(() => orders.countByStatus(), "How many of the orders kept are in which status."),
  });
}

/** A directory that is also invocable. */
function describeCache(cache: Cache<unknown>): object {
  const attributes = new StaticDirectory({
    entries: new ComputedAttribute(() => cache.size, "Entries kept now."),
    hits: new ComputedAttribute(() => cache.hits, "Reads that found an entry."),
    misses: new ComputedAttribute(() => cache.misses, "Reads that had to compute it."),
    hitRatio: new ComputedAttribute(() => cache.hitRatio, "Hits in proportion to all reads, from 0 to 1."),
  });
  return combine(attributes, new MethodTable({ clear: () => cache.clear() }));
}

function describeJob(job: Job): object {
  const attributes = new StaticDirectory({
    runs: new ComputedAttribute(() => job.runs, "How often it ran."),
    failures: new ComputedAttribute(() => job.failures, "How often it failed."),
    lastRun: new ComputedAttribute(() => seconds(job.lastRunAt), "When it ran last: seconds since the epoch, or none."),
    lastResult: new ComputedAttribute(() => job.lastResult ?? null, "What the last run said of itself."),
    paused: new ComputedAttribute(() => job.isPaused, "Whether it waits to be resumed."),
  });
  const methods = new MethodTable({ run: () => job.run(), pause: () => job.pause(), resume: () => job.resume() });
  return combine(attributes, methods);
}

function seconds(date: Date | undefined): number | null {
  return date === undefined ? null : date.getTime() / 1000;
}
