export type OrderStatus = "placed" | "invoiced";

/** So many pieces of one product, at the price of the day. */
export interface OrderLine {
  readonly product: string;
  readonly quantity: number;
  readonly priceCents: number;
}

/** What the lines cost together, in cents. */
export function sumUp(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.priceCents, 0);
}

/** An order that was paid for. */
export class Order {
  readonly id: number;
  readonly customer: string;
  readonly lines: readonly OrderLine[];
  readonly placedAt: Date = new Date();
  status: OrderStatus = "placed";

  constructor(id: number, customer: string, lines: readonly OrderLine[]) {
    this.id = id;
    this.customer = customer;
    this.lines = lines;
  }

  get totalCents(): number {
    return sumUp(this.lines);
  }
}
