import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Row } from "../row.mjs" */

/** @type {Row} */
export const connect = {
  name: "connect",
  title: "Connect until the first read",
  meaning:
    "A client connects, reads once, and closes. The prebuilt client sends hello, bind and read at once; pdm/client waits for each.",
  placements: ["pinned", "free"],
  rounds: 30,
  sampleMs: 120,
  figures: describeLoad("timeUs", "connection"),
  variants: [
    makeLoad({
      name: "bare echo",
      server: "echo-server",
      client: "connect-client",
      clientOptions: { way: "echo" },
    }),
    makeLoad({
      name: "perf, prebuilt request",
      server: "pdm-server",
      client: "connect-client",
      clientOptions: { way: "perf" },
    }),
    makeLoad({
      name: "perf, pdm/client",
      server: "pdm-server",
      client: "connect-client",
      clientOptions: { way: "pdm/client" },
    }),
  ],
  comparisons: [],
  notes:
    "The echo shows what a connection costs the system and Node.js. `pdm/client` waits for the greeting, then for the answer to the sub-protocol's name, to bind, and to read: each is a round trip.",
};
