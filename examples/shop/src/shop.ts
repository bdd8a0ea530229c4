import { Cache } from "./cache.js";
import { Catalogue } from "./catalogue.js";
import { Job } from "./job.js";
import { OrderBook } from "./order-book.js";
import { Payment } from "./payment.js";
import type { ProductPage } from "./product.js";
import { ShopServer } from "./shop-server.js";

/** The whole shop: what it sells, what was ordered, what runs in the background, and the server in front. */
export class Shop {
  readonly catalogue: Catalogue = new Catalogue();
  readonly payment: Payment = new Payment();
  readonly orders: OrderBook = new OrderBook(this.catalogue, this.payment);
  readonly pages: Cache<ProductPage> = new Cache({ maxEntries: 100, maxAgeMs: 60_000 });
  readonly jobs: { readonly restock: Job; readonly invoices: Job } = {
    restock: new Job(5_000, () => `${this.catalogue.restock()} pieces came in`),
    invoices: new Job(2_000, () => `${this.#sendInvoices()} invoices sent`),
  };
  readonly server: ShopServer = new ShopServer(this);

  /** Opens the shop; returns its URL. @param port of the loopback address; 0 picks one */
  async open(port: number): Promise<string> {
    const url = await this.server.listen(port);
    for (const job of Object.values(this.jobs)) job.start();
    return url;
  }

  /** Closes it: what is being served is served, nothing new is. */
  async close(): Promise<void> {
    for (const job of Object.values(this.jobs)) job.stop();
    await this.server.close();
  }

  /** Sets a product's price in cents, which its page shows at once; returns the one before. @throws UnknownProductError */
  setPrice(id: string, cents: number): number {
    const product = this.catalogue.get(id);
    const before = product.priceCents;
    product.priceCents = cents;
    this.pages.clear();
    return before;
  }

  #sendInvoices(): number {
    const orders = this.orders.list("placed");
    for (const order of orders) order.status = "invoiced";
    return orders.length;
  }
}

/** The one shop of this process; in the REPL: `const { shop } = await import("./shop.js")`. */
export const shop: Shop = new Shop();
