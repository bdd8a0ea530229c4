import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Row } from "../row.mjs" */

/** @param {import("../programs/tree-client.mjs").Task} task @param {string} name */
function makeTask(task, name) {
  return makeLoad({ name, server: "tree-server", client: "tree-client", clientOptions: { task } });
}

/** @type {Row} */
export const bulkRead = {
  name: "bulk-read",
  title: "1,000 attributes at once",
  meaning:
    "A client reads 1,000 attributes by name in one request of rpc, or in 1,000 prebuilt requests of perf in one write.",
  placements: ["pinned"],
  onePlacement: "Two processes, of which one always waits for the other.",
  rounds: 20,
  sampleMs: 150,
  figures: describeLoad("timeUs", "thousand"),
  variants: [makeTask("read over rpc", "rpc, readMany"), makeTask("read over perf", "perf, prebuilt requests")],
  comparisons: [
    {
      label: "rpc, readMany : perf, prebuilt requests, server CPU",
      kind: "ratio",
      figure: "serverCpuUs",
      of: "rpc, readMany",
      to: "perf, prebuilt requests",
    },
  ],
  notes:
    "With `rpc` the server finds each object by its name, and an answer has the names; with `perf` the client has bound the objects before, and an answer is a number.",
};

/** @type {Row} */
export const describe = {
  name: "describe",
  title: "10,000 objects described",
  meaning: "A client has 10,001 objects described, in eleven pages of at most a thousand.",
  placements: ["pinned"],
  onePlacement: "Two processes, of which one always waits for the other.",
  rounds: 10,
  sampleMs: 300,
  figures: describeLoad("timeUs", "tree"),
  variants: [makeTask("describe over rpc", "rpc, describe")],
  comparisons: [],
  notes:
    "The server lets others have the event loop whenever a page has taken `turnMs`. A page that goes on where another ended finds its place by name, and looks at nothing before it.",
};
