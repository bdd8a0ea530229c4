import { makeLoad } from "../load.mjs";

/** @import { Row } from "../row.mjs" */

/** @type {Row} */
export const events = {
  name: "events",
  title: "Events",
  meaning:
    "A service notifies its subscribers, each on a connection of its own, of one event in each turn of the event loop.",
  placements: ["pinned", "free"],
  rounds: 20,
  sampleMs: 200,
  figures: {
    perSecond: { label: "events", unit: "/s" },
    serverCpuUs: { label: "server CPU", unit: "µs" },
    deliveryCpuUs: { label: "of it a delivery", unit: "µs" },
    clientCpuUs: { label: "client CPU", unit: "µs" },
  },
  variants: [1, 10, 100].map((subscribers) =>
    makeLoad({
      name: subscribers === 1 ? "1 subscriber" : `${subscribers} subscribers`,
      server: "pdm-server",
      client: "events-client",
      clientOptions: { subscribers },
      deliveries: subscribers,
    }),
  ),
  comparisons: [],
  notes:
    "An event is encoded once for all subscribers of a channel. A delivery is a copy of it and a write to the subscriber's own socket, and that write is nearly all of it. What one callback of the service notifies leaves in one write a subscriber.",
};
