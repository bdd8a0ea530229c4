import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Row } from "../row.mjs" */

/** @type {Row} */
export const repl = {
  name: "repl",
  title: "REPL",
  meaning: "A client runs `1+1`, and waits for the output before the next one.",
  placements: ["pinned", "free"],
  rounds: 30,
  sampleMs: 120,
  figures: describeLoad("timeUs", "command"),
  variants: [
    makeLoad({
      name: "repl, prebuilt command",
      server: "pdm-server",
      client: "raw-client",
      clientOptions: { protocol: "repl", inFlight: 1 },
    }),
    makeLoad({
      name: "repl, pdm/client",
      server: "pdm-server",
      client: "pdm-client",
      clientOptions: { protocol: "repl", inFlight: 1 },
    }),
  ],
  comparisons: [],
  notes:
    "Each command is parsed, rewritten, compiled by V8 as a script of its own, and its value printed; that is nearly all of it. The memory grows once, with the parser, which the first command loads, and V8's young generation; not with the number of commands.",
};
