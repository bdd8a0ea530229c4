import { attribute, directory, event, expose, operation } from "../../src/index.js";
import type { Exposure } from "../../src/index.js";

const ORDERS = [
  {
    id: 16,
    customer: "ada",
    placedAt: new Date(Date.UTC(2026, 10, 25, 9, 30)),
    lines: [
      { product: "tea", quantity: 2 },
      { product: "mug", quantity: 1 },
    ],
    weightNg: 12_000_000_000_000_000n,
  },
];

/** The service of the transcript in `docs/rpc.md`: does the same each time. */
export function exposeTranscriptShop(): Exposure {
  let maxPieces = 10;
  let nextId = 17;
  const placed = event({
    description: "An order came in.",
    type: { type: "object", properties: { id: { type: "integer" }, quantity: { type: "integer" } } },
  });
  const orders = directory({
    description: "The orders of the shop.",
    entries: {
      count: attribute({
        description: "Orders so far.",
        type: { type: "integer" },
        unit: "{order}",
        kind: "counter",
        read: () => nextId - 1,
      }),
      maxPieces: attribute({
        description: "Pieces that one order may have.",
        type: { type: "integer", minimum: 1, maximum: 100 },
        unit: "{piece}",
        kind: "gauge",
        read: () => maxPieces,
        write: (value) => {
          maxPieces = value;
        },
      }),
      place: operation({
        description: "Places an order.",
        effect: "change",
        params: {
          product: { type: "string", description: "Its id." },
          quantity: { type: "integer", minimum: 1, default: 1, description: "Pieces." },
        },
        returns: { type: "integer" },
        run: ({ quantity }) => {
          const id = nextId++;
          placed.notify({ id, quantity });
          return id;
        },
      }),
      placed,
    },
  });
  const latest = attribute({ description: "The latest orders.", type: { type: "array" }, read: () => ORDERS });
  const supplier = attribute({
    description: "What the supplier has.",
    read: () => {
      throw new Error("nobody answers the telephone");
    },
  });
  const stocktaking = operation({
    description: "Counts everything, which takes all day.",
    effect: "read",
    run: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", reject)),
  });
  const journal = operation({
    description: "All orders, line by line.",
    effect: "read",
    returns: { "x-value": "stream" },
    run: async function* () {
      for (const { product, quantity } of ORDERS[0]?.lines ?? []) yield `${quantity} of ${product}`;
    },
  });
  const importer = operation({
    description: "Takes orders of another shop, piece by piece; says how many they were.",
    effect: "change",
    params: { orders: { "x-value": "stream" } },
    returns: { type: "integer" },
    run: async ({ orders }) => {
      let count = 0;
      for await (const _ of orders) count += 1;
      return count;
    },
  });
  return expose("shop", { orders, latest, supplier, stocktaking, journal, import: importer });
}
