import { FinishEvent, StartEvent } from "pdm";

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

/** An order came in. Its own properties are what a subscriber sees; so it is with the next. */
export class OrderStarted extends StartEvent {
  readonly customer: string;

  constructor(customer: string) {
    super();
    this.customer = customer;
  }
}

/** It was placed, or it failed: then it is `aborted`, and `reason` says why. */
export class OrderFinished extends FinishEvent {
  readonly order: number | null;
  readonly totalCents: number | null;
  readonly reason: string | null;

  constructor(start: OrderStarted, outcome: Order | Error) {
    const order = outcome instanceof Error ? undefined : outcome;
    super(start, order === undefined);
    this.order = order?.id ?? null;
    this.totalCents = order?.totalCents ?? null;
    this.reason = outcome instanceof Error ? outcome.message : null;
  }
}
