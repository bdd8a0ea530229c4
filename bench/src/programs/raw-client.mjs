// Sends one prebuilt message again and again, alone or in bursts.
import { serveControl } from "./control.mjs";
import { OPEN_EXCHANGE } from "./raw-socket.mjs";
import { repeat } from "./repeat.mjs";

/** @import { Exchange } from "./raw-socket.mjs" */

/**
 * @typedef {object} Options
 * @property {string} path
 * @property {keyof typeof OPEN_EXCHANGE} protocol
 * @property {number} inFlight messages of a burst; the next one begins when all are answered
 * @property {boolean} [corked] whether a burst is one write, instead of one a message
 */

/** @type {Exchange} */
let exchange;
let inFlight = 1;
let corked = false;

serveControl({
  /** @param {Options} options */
  async start(options) {
    ({ inFlight, corked = false } = options);
    exchange = await OPEN_EXCHANGE[options.protocol]({ path: options.path });
  },

  /** @param {number} durationMs */
  run: (durationMs) => repeat(durationMs, inFlight, sendBurst),
});

/** @param {() => void} done */
function sendBurst(done) {
  const { raw, message, replyBytes } = exchange;
  const { socket } = raw;
  raw.expect(inFlight * replyBytes, done);
  if (corked) socket.cork();
  for (let sent = 0; sent < inFlight; sent += 1) socket.write(message);
  if (corked) socket.uncork();
}
