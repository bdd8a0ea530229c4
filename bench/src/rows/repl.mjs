import { describeLoad, makeLoad } from "../load.mjs";

/** @import { Comparison, Row, Variant } from "../row.mjs" */
/** @import { CommandName, OPEN_REPL_EXCHANGE } from "../programs/repl-exchange.mjs" */

/** @typedef {keyof typeof OPEN_REPL_EXCHANGE} Protocol */

/** @param {string} name @param {Protocol} protocol @param {CommandName} command @returns {Variant} with a prebuilt command */
function makePrebuilt(name, protocol, command) {
  const server = protocol === "node:repl" ? "node-repl-server" : "pdm-server";
  return makeLoad({ name, server, client: "repl-client", clientOptions: { protocol, command } });
}

/** @param {string} name @param {Protocol} protocol @returns {Variant} */
function makeClient(name, protocol) {
  return makeLoad({ name, server: "pdm-server", client: "pdm-client", clientOptions: { protocol, inFlight: 1 } });
}

/** @param {string} of @param {string} to @param {Pick<Comparison, "target">} [target] @returns {Comparison} */
function compare(of, to, target) {
  const label = `${of} : ${to}, server CPU`;
  return { label, kind: "ratio", figure: "serverCpuUs", of, to, ...target };
}

const PLACED = {
  placements: /** @type {const} */ (["pinned", "free"]),
  rounds: 30,
  sampleMs: 120,
  figures: describeLoad("timeUs", "command"),
};

/** @type {Row} */
export const repl = {
  ...PLACED,
  name: "repl",
  title: "REPL",
  meaning:
    "A client runs `1+1` over a Unix socket, and waits for the output before the next one: in Node's own REPL, over the text protocol, and in a session over `rpc`, which is what `pdm-repl` has.",
  variants: [
    makePrebuilt("node:repl", "node:repl", "same sum"),
    makePrebuilt("repl, prebuilt command", "repl", "same sum"),
    makeClient("repl, pdm/client", "repl"),
    makePrebuilt("rpc, prebuilt command", "repl over rpc", "same sum"),
    makeClient("rpc, pdm/client", "repl over rpc"),
  ],
  comparisons: [
    compare("rpc, pdm/client", "node:repl", { target: { atMost: 0.6 } }),
    compare("rpc, prebuilt command", "node:repl"),
    compare("repl, pdm/client", "node:repl"),
    compare("repl, prebuilt command", "node:repl"),
  ],
  notes:
    "Counted is all that the server is charged for: the socket, the protocol, running, printing. `node:repl` stands on a socket as its documentation has it, with all defaults but `terminal: false` and `useGlobal: false`; it writes twice a command, the value and the prompt. Over `rpc` a thread stands by meanwhile to stop what runs. A session keeps its last 16 short commands compiled, so that from the second time on `1+1` is looked up, run and printed; `node:repl` compiles it each time, and keeps all that it compiled, which its memory shows. What a command costs that was not there before is in the next table.",
};

/** @type {Row} */
export const replNew = {
  ...PLACED,
  name: "repl-new",
  title: "REPL, a command that was not there before",
  meaning:
    "The same with another number each time, so that nothing is known of the command: `1+N`, and `Math.max(1,N)`, which calls a function, and so can be stopped.",
  variants: [
    makePrebuilt("node:repl, sum", "node:repl", "new sum"),
    makePrebuilt("repl, sum", "repl", "new sum"),
    makePrebuilt("rpc, sum", "repl over rpc", "new sum"),
    makePrebuilt("node:repl, call", "node:repl", "new call"),
    makePrebuilt("repl, call", "repl", "new call"),
    makePrebuilt("rpc, call", "repl over rpc", "new call"),
  ],
  comparisons: [
    compare("rpc, sum", "node:repl, sum"),
    compare("repl, sum", "node:repl, sum"),
    compare("rpc, call", "node:repl, call"),
    compare("repl, call", "node:repl, call"),
  ],
  notes:
    "Node's own REPL hands the text to V8 as it is. Ours parses and rewrites it first, so that variables belong to the session and can be declared again, and every step can be stopped; V8 then compiles two functions instead of one script. Most of it is code that runs once a command, and so finds the processor's caches cold: 64 sums in one write cost half as much each. A sum can run nobody's code, and is not guarded. A call is: its deadline is a thread that Node.js starts and ends for it, and over `rpc` its Ctrl-C another. `node:repl` has neither.",
};
