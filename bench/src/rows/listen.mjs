/** @import { Comparison, Row, Variant } from "../row.mjs" */

/** Milliseconds that a program idles before its memory is looked at: what the start put off is done then. */
const SETTLE_MS = 100;

const MEBIBYTE = 2 ** 20;

/** @typedef {import("../programs/listening-program.mjs").Way} Way */

/** @param {string} name @param {Way} way @returns {Variant} */
function makeProgram(name, way) {
  return {
    name,
    async start(stage) {
      const path = stage.makeSocketPath();
      return {
        async sample() {
          // Two runs: waiting for the memory to settle would be in the time.
          const timed = await stage.run("listening-program", [way, path]);
          const settled = await stage.run("listening-program", [way, path, String(SETTLE_MS)]);
          const { insideMs } = JSON.parse(timed.output);
          const { readyRssBytes, rssBytes, heapBytes } = JSON.parse(settled.output);
          return {
            insideMs,
            wallMs: timed.wallMs,
            readyRssMb: readyRssBytes / MEBIBYTE,
            rssMb: rssBytes / MEBIBYTE,
            heapMb: heapBytes / MEBIBYTE,
          };
        },
      };
    },
  };
}

const WITHOUT = "without";
const BARE = "with a bare listener";
const LISTENING = "with listen";

/** @param {string} label @param {string} figure @param {Pick<Comparison, "target">} [target] @returns {Comparison} */
function compare(label, figure, target) {
  return { label, kind: "difference", figure, of: LISTENING, to: WITHOUT, ...target };
}

/** @type {Row} */
export const listen = {
  name: "listen",
  title: "What `listen` adds to a program",
  meaning:
    'A program that imports node:http already, without anything more, with a listener of node:net, and with `import("pdm")` and `listen`; a fresh process each time; memory also after 100 ms idle and garbage collection.',
  placements: ["pinned", "free"],
  rounds: 30,
  sampleMs: 0,
  figures: {
    insideMs: { label: "import and listen", unit: "ms" },
    wallMs: { label: "whole process", unit: "ms" },
    readyRssMb: { label: "resident, ready", unit: "MiB" },
    rssMb: { label: "resident, settled", unit: "MiB" },
    heapMb: { label: "heap, settled", unit: "MiB" },
  },
  variants: [makeProgram(WITHOUT, "nothing"), makeProgram(BARE, "node:net"), makeProgram(LISTENING, "pdm")],
  comparisons: [
    compare("listen adds to the whole process, time", "wallMs", { target: { atMost: 12 } }),
    compare("listen adds, import and listen alone", "insideMs"),
    compare("listen adds, memory resident when settled", "rssMb", { target: { atMost: 2 } }),
    compare("listen adds, memory resident when ready", "readyRssMb"),
    compare("listen adds, heap when settled", "heapMb"),
    { ...compare("of it a bare listener, time", "wallMs"), of: BARE },
    { ...compare("of it a bare listener, memory resident when settled", "rssMb"), of: BARE },
  ],
  notes:
    "Of the time, about 3 ms are what any import of two files costs here, 4 ms V8's parsing of 170 kB, and the rest of the import the making of classes and tables. A listener of node:net alone, the row between, makes Node.js load `cluster`, `child_process` and `dgram`: a service that listens already, such as an HTTP server, has paid that part. Of the memory, a quarter is the heap's; the rest is what V8 keeps of the source and the code made from it, and pages of Node.js itself that are used for the first time.",
};
