// Connects, reads once, and closes, again and again.
import { connect } from "pdm/client";
import { serveControl } from "./control.mjs";
import { isWhole, makePerfRequest } from "./perf-request.mjs";
import { OPEN_EXCHANGE, RawSocket } from "./raw-socket.mjs";
import { repeatPromise } from "./repeat.mjs";

/** @typedef {"echo" | "perf" | "pdm/client"} Way */

const PERF_START = Buffer.concat([
  Buffer.from("perf\n"),
  makePerfRequest("bind", 1, "bench", "count"),
  makePerfRequest("readattr", 1),
]);

/** By way: connects to that path, reads once, and closes. @type {Record<Way, (path: string) => Promise<void>>} */
const VISITS = {
  async echo(path) {
    const { raw, message, replyBytes } = await OPEN_EXCHANGE.echo({ path });
    await raw.ask(message, ({ length }) => length === replyBytes);
    await raw.close();
  },
  async perf(path) {
    const raw = await RawSocket.open({ path });
    await raw.ask(PERF_START, ({ length }) => length === perfReplyBytes);
    await raw.close();
  },
  async "pdm/client"(path) {
    const client = await connect(path);
    const count = await client.find("bench.count");
    await count.read();
    client.close();
    await client.closed;
  },
};

/** Of everything that comes, the hello included. */
let perfReplyBytes = 0;
/** @type {() => Promise<void>} */
let visit;

serveControl({
  /** @param {{ path: string, way: Way }} options */
  async start({ path, way }) {
    visit = () => VISITS[way](path);
    if (way === "perf") perfReplyBytes = await measurePerfReply(path);
  },

  /** @param {number} durationMs */
  run: (durationMs) => repeatPromise(durationMs, 1, visit),
});

/** @param {string} path */
async function measurePerfReply(path) {
  const hello = "+PDM1\n+PERF1\n".length;
  const raw = await RawSocket.open({ path });
  const { length } = await raw.ask(PERF_START, (bytes) => isWhole(bytes.subarray(hello), 2));
  await raw.close();
  return length;
}
