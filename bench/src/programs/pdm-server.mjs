// A service with an attribute, events, and a method that makes it send them.
import { ComputedAttribute, EventChannel, expose, listen, MethodTable, PerfEvent } from "pdm";
import { serveControl } from "./control.mjs";

/** An event as a service has them: a few fields of several types. */
class OrderPlaced extends PerfEvent {
  customer = "ada";
  totalCents = 1_300;
  currency = "EUR";
}

const orders = new EventChannel();
let count = 0;

/** @param {number} left */
function notifyEachTurn(left) {
  orders.notify(new OrderPlaced());
  if (left > 1) setImmediate(notifyEachTurn, left - 1);
}

expose("bench", {
  // Always the same length on the wire, so that the clients know a reply by its bytes.
  count: new ComputedAttribute(() => 1_000_000 + (count = (count + 1) % 1_000_000)),
  orders,
  source: new MethodTable({
    /** @param {number} events */
    notify: (events) => void setImmediate(notifyEachTurn, events),
  }),
});

serveControl({
  /** @param {{ path: string }} options */
  async start({ path }) {
    await listen(path);
  },
});
