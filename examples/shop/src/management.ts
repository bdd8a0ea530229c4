import { attribute, directory, expose, operation } from "pdm";
import { observe } from "pdm/http";
import type { Job } from "./job.js";
import type { OrderBook } from "./order-book.js";
import type { Shop } from "./shop.js";

const COUNT = { type: "integer", minimum: 0 } as const;

/** Makes the shop's parts manageable, `shop.orders.statistics/count` and so on, and its HTTP requests as `pdm.http`. */
export function exposeShop(shop: Shop): void {
  observe();
  expose("shop.orders", {
    statistics: declareStatistics(shop.orders),
    placed: shop.orders.placed,
    cancel: operation({
      description: "Takes an order off the books, as long as no invoice is out; returns what it was worth, in cents.",
      effect: "destroy",
      params: { order: { type: "integer", minimum: 1, description: "Its number." } },
      returns: COUNT,
      run: ({ order }) => shop.orders.cancel(order).totalCents,
    }),
  });
  expose("shop.catalogue", {
    setPrice: operation({
      description: "Sets the price of a product; returns the one before.",
      effect: "change",
      params: { product: { type: "string" }, cents: { type: "integer", minimum: 1, maximum: 1_000_000 } },
      returns: COUNT,
      run: ({ product, cents }) => shop.setPrice(product, cents),
    }),
  });
  // Its class has decorators.
  expose("shop.cache", { pages: shop.pages });
  expose("shop.jobs", { restock: declareJob(shop.jobs.restock), invoices: declareJob(shop.jobs.invoices) });
}

function declareStatistics(orders: OrderBook): object {
  return directory({
    description: "What was ordered.",
    entries: {
      count: attribute({
        description: "Orders placed since the shop opened.",
        type: COUNT,
        unit: "{order}",
        kind: "counter",
        read: () => orders.count,
      }),
      revenue: attribute({
        description: "What they cost together, in cents, without those cancelled.",
        type: COUNT,
        unit: "{cent}",
        kind: "gauge",
        read: () => orders.revenueCents,
      }),
      byStatus: attribute({
        description: "How many of the orders kept are in which status.",
        type: { type: "object", properties: { placed: COUNT, invoiced: COUNT }, required: ["placed", "invoiced"] },
        unit: "{order}",
        kind: "gauge",
        read: () => orders.countByStatus(),
      }),
    },
  });
}

/** A directory that is also invocable, by the names of its operations. */
function declareJob(job: Job): object {
  return directory({
    description: "Work that is done every so often, in the background.",
    entries: {
      runs: attribute({
        description: "How often it ran.",
        type: COUNT,
        unit: "{run}",
        kind: "counter",
        read: () => job.runs,
      }),
      failures: attribute({
        description: "How often it failed.",
        type: COUNT,
        unit: "{run}",
        kind: "counter",
        read: () => job.failures,
      }),
      lastRun: attribute({
        description: "When it ran last: seconds since the epoch, or none.",
        type: { type: ["number", "null"] },
        unit: "s",
        read: () => seconds(job.lastRunAt),
      }),
      lastResult: attribute({
        description: "What the last run said of itself.",
        type: { type: ["string", "null"] },
        kind: "text",
        read: () => job.lastResult ?? null,
      }),
      paused: attribute({
        description: "Whether it waits to be resumed.",
        type: { type: "boolean" },
        kind: "state",
        read: () => job.isPaused,
      }),
      run: operation({
        description: "Does the work now, paused or not; returns what was done.",
        effect: "change",
        returns: { type: "string" },
        run: () => job.run(),
      }),
      pause: operation({ description: "No further run begins by itself.", effect: "change", run: () => job.pause() }),
      resume: operation({ description: "Runs begin again.", effect: "change", run: () => job.resume() }),
    },
  });
}

function seconds(date: Date | undefined): number | null {
  return date === undefined ? null : date.getTime() / 1000;
}
