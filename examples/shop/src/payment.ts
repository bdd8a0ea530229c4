import { setTimeout as wait } from "node:timers/promises";

export class PaymentDeclinedError extends Error {
  constructor(amountCents: number, limitCents: number) {
    super(`payment declined: ${amountCents} cents are over the limit of ${limitCents}`);
  }
}

/** Stands in for the company that handles payments: takes a moment, and declines large amounts. */
export class Payment {
  limitCents: number = 100_000;
  latencyMs: number = 5;

  /** @throws PaymentDeclinedError (rejects) */
  async charge(amountCents: number): Promise<void> {
    await wait(this.latencyMs);
    if (amountCents > this.limitCents) throw new PaymentDeclinedError(amountCents, this.limitCents);
  }
}
