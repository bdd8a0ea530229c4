// Takes a stream over `rpc` again and again, and looks at nothing but its length and its end: what is left is the server's part.
import { RawSocket } from "./raw-socket.mjs";
import { serveControl } from "./control.mjs";

/** What is granted at a time; there is always as much more that is still to come. */
const CREDIT_BYTES = 1_048_576;

/** @type {RawSocket} */
let raw;
let streams = 0;

serveControl({
  /** @param {{ path: string }} options */
  async start({ path }) {
    raw = await RawSocket.open({ path });
    await raw.ask("rpc\n", (bytes) => bytes.toString().split("\n").length > 3);
  },

  /** @param {number} bytes that the stream carries @returns {Promise<number>} milliseconds */
  async take(bytes) {
    const startedAt = performance.now();
    streams += 1;
    const params = { name: "bench.source", operation: "give", args: [bytes], credit: 2 * CREDIT_BYTES };
    const end = Buffer.from(`{"jsonrpc":"2.0","method":"stream.end","params":{"stream":${streams}}}\n`);
    let came = 0;
    let granted = 0;
    let last = Buffer.alloc(0);
    await new Promise((resolve) => {
      raw.socket.removeAllListeners("data");
      raw.socket.on("data", (chunk) => {
        came += chunk.length;
        last = chunk.length >= end.length ? chunk : Buffer.concat([last, chunk]);
        if (last.subarray(-end.length).equals(end)) return resolve(undefined);
        if (came - granted < CREDIT_BYTES) return undefined;
        granted += CREDIT_BYTES;
        return send("stream.credit", { stream: streams, bytes: CREDIT_BYTES });
      });
      send("invoke", params, 1);
    });
    return performance.now() - startedAt;
  },
});

/** @param {string} method @param {object} params @param {number} [id] */
function send(method, params, id) {
  raw.socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
}
