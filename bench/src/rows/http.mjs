import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Comparison, Row } from "../row.mjs" */

/** @typedef {import("../programs/http-server.mjs").Watch} Watch */

const BARE = "node:http, bare";
const SUBSCRIBED = "with pdm/http, 1 subscriber";

/** @param {string} name @param {Watch} watch */
function makeService(name, watch) {
  return makeLoad({ name, server: "http-server", serverOptions: { watch }, client: "http-client" });
}

/** @param {string} of @param {Pick<Comparison, "target">} [target] @returns {Comparison} */
function compareWithBare(of, target) {
  return { label: `${of} : bare, server CPU`, kind: "ratio", figure: "serverCpuUs", of, to: BARE, ...target };
}

/** @type {Row} */
export const http = {
  name: "http",
  title: "HTTP requests, counted",
  meaning:
    "A small JSON service on node:http is asked over 8 connections; it is watched by pdm/http, or by prom-client with a histogram and a counter.",
  placements: ["pinned", "free"],
  rounds: 30,
  sampleMs: 250,
  figures: describeLoad("perSecond", "request"),
  variants: [
    makeService(BARE, "nothing"),
    makeService("with pdm/http", "pdm/http"),
    makeLoad({
      name: SUBSCRIBED,
      server: "http-server",
      serverOptions: { watch: "pdm/http and listen" },
      client: "http-client",
      clientOptions: { subscribes: true },
    }),
    makeService("with prom-client", "prom-client"),
  ],
  comparisons: [
    compareWithBare("with pdm/http", { target: { atMost: 1.05 } }),
    compareWithBare(SUBSCRIBED),
    compareWithBare("with prom-client"),
  ],
  notes:
    "Alone in a loop, with real requests' objects, `pdm/http` takes 0.35 µs a request: two looks at the clock 0.13, the socket's two byte counters 0.1, the rest counting. Among everything else that a server does it is more than that: its data and code share the processor's caches with the server's. Subscribing to the channels is not measurable. Processes of one and the same program differ by some per cent, now and then by 20: figures below 1.05 need many runs. A subscriber costs two events a request, each of a dozen fields, masked, encoded and written to another socket.",
};
