import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Row } from "../row.mjs" */

/** @type {Row} */
export const roundTrip = {
  name: "round-trip",
  title: "One request after the other",
  meaning:
    "A client sends 40 bytes, or reads an attribute, over a Unix socket, and waits for the reply before the next one.",
  placements: ["pinned", "free"],
  rounds: 30,
  sampleMs: 120,
  figures: describeLoad("timeUs", "request"),
  variants: [
    makeLoad({
      name: "bare echo",
      server: "echo-server",
      client: "raw-client",
      clientOptions: { protocol: "echo", inFlight: 1 },
    }),
    makeLoad({
      name: "perf, prebuilt request",
      server: "pdm-server",
      client: "raw-client",
      clientOptions: { protocol: "perf", inFlight: 1 },
    }),
    makeLoad({
      name: "perf, pdm/client",
      server: "pdm-server",
      client: "pdm-client",
      clientOptions: { protocol: "perf", inFlight: 1 },
    }),
    makeLoad({
      name: "rpc, prebuilt request",
      server: "pdm-server",
      client: "raw-client",
      clientOptions: { protocol: "rpc", inFlight: 1 },
    }),
    makeLoad({
      name: "rpc, pdm/client",
      server: "pdm-server",
      client: "pdm-client",
      clientOptions: { protocol: "rpc", inFlight: 1 },
    }),
  ],
  comparisons: [
    {
      label: "rpc, pdm/client : bare echo, time",
      kind: "ratio",
      figure: "timeUs",
      of: "rpc, pdm/client",
      to: "bare echo",
      target: { atMost: 1.3 },
    },
    {
      label: "rpc, prebuilt request : bare echo, time",
      kind: "ratio",
      figure: "timeUs",
      of: "rpc, prebuilt request",
      to: "bare echo",
    },
    {
      label: "perf, pdm/client : bare echo, time",
      kind: "ratio",
      figure: "timeUs",
      of: "perf, pdm/client",
      to: "bare echo",
      target: { atMost: 1.3 },
    },
    {
      label: "perf, prebuilt request : bare echo, time",
      kind: "ratio",
      figure: "timeUs",
      of: "perf, prebuilt request",
      to: "bare echo",
    },
  ],
  notes:
    "Most of a round trip is the system's: writing to the socket, and waking the other side. The prebuilt requests show the server's part, 2 to 3.5 µs: a pickle read, the object asked through the gate, a pickle written, and four looks at the clock, 65 ns each here, that tell whether the object blocked the event loop and how much of the turn is used up. The rest is `pdm/client`'s: a pickle each way, a deadline for the request, and the promise of its reply.",
};
