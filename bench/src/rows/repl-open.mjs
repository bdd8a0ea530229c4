import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Comparison, Row } from "../row.mjs" */
/** @typedef {import("../programs/http-client.mjs").ReplWish} ReplWish */

const WITHOUT = "with listen";
const OPEN = "with an open session";
const INTERRUPTIBLE = "with an open session, interruptible";

/** @param {string} name @param {ReplWish} [repl] */
function makeService(name, repl) {
  return makeLoad({
    name,
    server: "http-server",
    serverOptions: { watch: "listen" },
    client: "http-client",
    clientOptions: { repl },
  });
}

/** @param {string} of @returns {Comparison} */
function compare(of) {
  return { label: `${of} : ${WITHOUT}, server CPU`, kind: "ratio", figure: "serverCpuUs", of, to: WITHOUT };
}

/** @type {Row} */
export const replOpen = {
  name: "repl-open",
  title: "A REPL that is open",
  meaning:
    "A small JSON service on node:http is asked over 8 connections while somebody has a session of the REPL open in it, and types nothing; an interruptible one has a thread that stands by.",
  placements: ["pinned", "free"],
  rounds: 30,
  sampleMs: 250,
  figures: describeLoad("perSecond", "request"),
  variants: [makeService(WITHOUT), makeService(OPEN, "not interruptible"), makeService(INTERRUPTIBLE, "interruptible")],
  comparisons: [compare(OPEN), compare(INTERRUPTIBLE)],
  notes:
    "A session that waits costs memory: the parser and the engine, and where it is interruptible the thread with its own event loop and heap, which goes with the last such session. Nothing of either runs while nobody types.",
};
