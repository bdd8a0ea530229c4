import { event } from "pdm";
import type { Catalogue } from "./catalogue.js";
import { Order, sumUp } from "./order.js";
import type { OrderLine, OrderStatus } from "./order.js";
import type { Payment } from "./payment.js";

/** What a customer asks for. */
export interface Wanted {
  readonly product: string;
  readonly quantity: number;
}

class NotCancellableError extends Error {
  constructor(id: number, order: Order | undefined) {
    super(order === undefined ? `there is no order ${id}` : `order ${id} is ${order.status} already`);
  }
}

/** The orders, by number. */
export class OrderBook {
  /** Orders that are kept; the oldest go first, so that the shop can run for ever. The sums below count them all. */
  maxOrders: number = 10_000;
  count: number = 0;
  revenueCents: number = 0;
  readonly placed = event({
    description: "Each order as it comes in, and how it ended: aborted where it failed, with the reason.",
    start: { type: "object", properties: { customer: { type: "string" } }, required: ["customer"] },
    finish: {
      type: "object",
      properties: { order: { type: "integer" }, totalCents: { type: "integer" }, reason: { type: "string" } },
      required: ["order", "totalCents"],
    },
  });

  readonly #catalogue: Catalogue;
  readonly #payment: Payment;
  readonly #orders = new Map<number, Order>();

  constructor(catalogue: Catalogue, payment: Payment) {
    this.#catalogue = catalogue;
    this.#payment = payment;
  }

  get(id: number): Order | undefined {
    return this.#orders.get(id);
  }

  /** The kept orders, oldest first; of one status where it is given. */
  list(status?: OrderStatus): Order[] {
    const orders = [...this.#orders.values()];
    return status === undefined ? orders : orders.filter((order) => order.status === status);
  }

  countByStatus(): Record<OrderStatus, number> {
    const counts = { placed: 0, invoiced: 0 };
    for (const order of this.#orders.values()) counts[order.status] += 1;
    return counts;
  }

  /**
   * Takes the pieces off the shelf, has them paid, and writes the order down.
   *
   * @throws UnknownProductError, OutOfStockError, PaymentDeclinedError (rejects); everything is back on the shelf then
   */
  async place(customer: string, wanted: readonly Wanted[]): Promise<Order> {
    const placing = this.placed.start({ customer });
    const taken: OrderLine[] = [];
    try {
      for (const { product: id, quantity } of wanted) {
        const product = this.#catalogue.get(id);
        this.#catalogue.take(product, quantity);
        taken.push({ product: id, quantity, priceCents: product.priceCents });
      }
      await this.#payment.charge(sumUp(taken));
    } catch (error) {
      this.#putBack(taken);
      placing.abort({ reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
    const order = this.#record(customer, taken);
    placing.finish({ order: order.id, totalCents: order.totalCents });
    return order;
  }

  /**
   * Takes an order off the books and puts its pieces back on the shelf.
   *
   * @throws NotCancellableError where there is no such order, or its invoice is out
   */
  cancel(id: number): Order {
    const order = this.#orders.get(id);
    if (order?.status !== "placed") throw new NotCancellableError(id, order);
    this.#orders.delete(id);
    this.#putBack(order.lines);
    this.revenueCents -= order.totalCents;
    return order;
  }

  #putBack(lines: readonly OrderLine[]): void {
    for (const { product, quantity } of lines) this.#catalogue.get(product).stock += quantity;
  }

  #record(customer: string, lines: readonly OrderLine[]): Order {
    this.count += 1;
    const order = new Order(this.count, customer, lines);
    this.#orders.set(order.id, order);
    this.revenueCents += order.totalCents;
    if (this.#orders.size > this.maxOrders) {
      const [oldest] = this.#orders.keys();
      if (oldest !== undefined) this.#orders.delete(oldest);
    }
    return order;
  }
}
