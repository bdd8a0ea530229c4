// Runs a command in a REPL again and again, one at a time, and costs next to nothing itself.
import { serveControl } from "./control.mjs";
import { OPEN_REPL_EXCHANGE } from "./repl-exchange.mjs";
import { repeat } from "./repeat.mjs";

/** @import { Exchange } from "./raw-socket.mjs" */
/** @import { CommandName } from "./repl-exchange.mjs" */

/** @type {Exchange} */
let exchange;

serveControl({
  /** @param {{ path: string, protocol: keyof typeof OPEN_REPL_EXCHANGE, command: CommandName }} options */
  async start({ path, protocol, command }) {
    exchange = await OPEN_REPL_EXCHANGE[protocol]({ path }, command);
  },

  /** @param {number} durationMs */
  run: (durationMs) => repeat(durationMs, 1, send),
});

/** @param {() => void} done */
function send(done) {
  const { raw, message, replyBytes, renew } = exchange;
  renew?.();
  raw.expect(replyBytes, done);
  raw.socket.write(message);
}
