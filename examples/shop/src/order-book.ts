import { EventChannel } from "pdm";
import type { Catalogue } from "./catalogue.js";
import { Order, OrderFinished, OrderStarted, sumUp } from "./order.js";
import type { OrderLine, OrderStatus } from "./order.js";
import type { Payment } from "./payment.js";

/** What a customer asks for. */
export interface Wanted {
  readonly product: string;
  readonly quantity: number;
}

/** The orders, by number. */
export class OrderBook {
  /** Orders that are kept; the oldest go first, so that the shop can run for ever. The sums below count them all. */
  maxOrders: number = 10_000;
  count: number = 0;
  revenueCents: number = 0;
  /** Each order as it comes in, and how it ended. */
  readonly placed: EventChannel<OrderStarted | OrderFinished> = new EventChannel();

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
    const start = new OrderStarted(customer);
    this.placed.notify(start);
    const taken: OrderLine[] = [];
    try {
      for (const { product: id, quantity } of wanted) {
        const product = this.#catalogue.get(id);
        this.#catalogue.take(product, quantity);
        taken.push({ product: id, quantity, priceCents: product.priceCents });
      }
      await this.#payment.charge(sumUp(taken));
    } catch (error) {
      for (const line of taken) this.#catalogue.get(line.product).stock += line.quantity;
      this.placed.notify(new OrderFinished(start, error instanceof Error ? error : new Error(String(error))));
      throw error;
    }
    const order = this.#record(customer, taken);
    this.placed.notify(new OrderFinished(start, order));
    return order;
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
