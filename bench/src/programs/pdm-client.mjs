// Reads an attribute, or runs a command, again and again through `pdm/client`.
import { connect, connectRepl } from "pdm/client";
import { serveControl } from "./control.mjs";
import { repeatPromise } from "./repeat.mjs";

/**
 * @typedef {object} Options
 * @property {string} path
 * @property {"perf" | "rpc" | "repl" | "repl over rpc"} protocol
 * @property {number} inFlight requests made together; the next ones are made when all are answered
 */

/** @type {() => Promise<unknown>} */
let request;
let inFlight = 1;

serveControl({
  /** @param {Options} options */
  async start(options) {
    ({ inFlight } = options);
    if (options.protocol === "repl") {
      const repl = await connectRepl(options.path);
      request = () => repl.run("1+1");
    } else if (options.protocol === "repl over rpc") {
      const client = await connect(options.path);
      const session = await client.openRepl();
      request = () => session.evaluate("1+1", { colors: false, width: 80 });
    } else {
      const client = await connect(options.path, { protocol: options.protocol });
      const count = await client.find("bench.count");
      request = () => count.read();
    }
  },

  /** @param {number} durationMs */
  run(durationMs) {
    if (inFlight === 1) return repeatPromise(durationMs, 1, request);
    return repeatPromise(durationMs, inFlight, () => Promise.all(Array.from({ length: inFlight }, request)));
  },
});
