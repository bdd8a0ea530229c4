import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Row } from "../row.mjs" */

const IN_FLIGHT = 64;

/** @type {Row} */
export const inFlight = {
  name: "in-flight",
  title: "64 requests in flight",
  meaning:
    "The same in bursts of 64: corked, a burst is one write; uncorked, each message is a write of its own. The echo is the limit.",
  placements: ["pinned", "free"],
  rounds: 30,
  sampleMs: 120,
  figures: describeLoad("perSecond", "request"),
  variants: [
    ...[false, true].map((corked) =>
      makeLoad({
        name: `bare echo, ${corked ? "corked" : "uncorked"}`,
        server: "echo-server",
        client: "raw-client",
        clientOptions: { protocol: "echo", inFlight: IN_FLIGHT, corked },
      }),
    ),
    ...[false, true].map((corked) =>
      makeLoad({
        name: `perf, prebuilt requests, ${corked ? "corked" : "uncorked"}`,
        server: "pdm-server",
        client: "raw-client",
        clientOptions: { protocol: "perf", inFlight: IN_FLIGHT, corked },
      }),
    ),
    ...[false, true].map((corked) =>
      makeLoad({
        name: `rpc, prebuilt requests, ${corked ? "corked" : "uncorked"}`,
        server: "pdm-server",
        client: "raw-client",
        clientOptions: { protocol: "rpc", inFlight: IN_FLIGHT, corked },
      }),
    ),
    makeLoad({
      name: "rpc, pdm/client",
      server: "pdm-server",
      client: "pdm-client",
      clientOptions: { protocol: "rpc", inFlight: IN_FLIGHT },
    }),
    makeLoad({
      name: "perf, pdm/client",
      server: "pdm-server",
      client: "pdm-client",
      clientOptions: { protocol: "perf", inFlight: IN_FLIGHT },
    }),
  ],
  comparisons: [
    {
      label: "rpc, pdm/client : bare echo, uncorked, rate",
      kind: "ratio",
      figure: "perSecond",
      of: "rpc, pdm/client",
      to: "bare echo, uncorked",
      target: { atLeast: 0.5 },
    },
    {
      label: "rpc, prebuilt requests : bare echo, both corked, rate",
      kind: "ratio",
      figure: "perSecond",
      of: "rpc, prebuilt requests, corked",
      to: "bare echo, corked",
    },
    {
      label: "perf, pdm/client : bare echo, uncorked, rate",
      kind: "ratio",
      figure: "perSecond",
      of: "perf, pdm/client",
      to: "bare echo, uncorked",
      target: { atLeast: 0.3 },
    },
    {
      label: "perf, prebuilt requests : bare echo, both corked, rate",
      kind: "ratio",
      figure: "perSecond",
      of: "perf, prebuilt requests, corked",
      to: "bare echo, corked",
    },
  ],
  notes:
    "Requests that arrive in one chunk are answered in one write, and `pdm/client` sends what was asked in one turn of its event loop in one write. What is left is the pickles, on both sides: with corked prebuilt requests it is the server's alone.",
};
