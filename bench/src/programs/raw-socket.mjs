// A client that knows beforehand how many bytes must come, and so costs next to nothing: what is left is the server's part.
import { once } from "node:events";
import { createConnection } from "node:net";
import { isWhole, makePerfRequest } from "./perf-request.mjs";

/** @import { NetConnectOpts, Socket } from "node:net" */

/**
 * A message that is sent again and again, on a connection that is ready for it.
 *
 * @typedef {object} Exchange
 * @property {RawSocket} raw
 * @property {Buffer} message
 * @property {number} replyBytes of each of its replies
 * @property {() => void} [renew] makes the message one that was not sent before, of the same length
 */

/** A socket on which something is sent and an exact number of bytes awaited. Whatever else happens ends the program. */
export class RawSocket {
  /** @type {Socket} */
  socket;
  #missingBytes = 0;
  /** @type {() => void} */
  #onCome = () => undefined;
  /** @type {((chunk: Buffer) => void) | undefined} */
  #collect;

  /** @param {Socket} socket connected */
  constructor(socket) {
    this.socket = socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      if (this.#collect === undefined) this.#count(chunk);
      else this.#collect(chunk);
    });
    socket.on("end", () => {
      throw new Error("the server closed the connection");
    });
  }

  /** @param {NetConnectOpts} target */
  static async open(target) {
    const socket = createConnection(target);
    await once(socket, "connect");
    return new RawSocket(socket);
  }

  /**
   * Sends, and resolves with what comes, once it is complete.
   *
   * @param {Buffer | string} bytes
   * @param {(bytes: Buffer) => boolean} isComplete
   * @returns {Promise<Buffer>}
   */
  ask(bytes, isComplete) {
    return new Promise((resolve) => {
      let all = Buffer.alloc(0);
      this.#collect = (chunk) => {
        all = Buffer.concat([all, chunk]);
        if (!isComplete(all)) return;
        this.#collect = undefined;
        resolve(all);
      };
      this.socket.write(bytes);
    });
  }

  /**
   * @param {number} byteCount
   * @param {() => void} onCome called when as many have come
   */
  expect(byteCount, onCome) {
    this.#missingBytes = byteCount;
    this.#onCome = onCome;
  }

  /** Closes, and resolves when it is closed. */
  async close() {
    this.socket.destroy();
    await once(this.socket, "close");
  }

  /** @param {Buffer} chunk */
  #count(chunk) {
    this.#missingBytes -= chunk.length;
    if (this.#missingBytes < 0) throw new Error(`the server sent ${-this.#missingBytes} bytes that nobody expected`);
    if (this.#missingBytes === 0) this.#onCome();
  }
}

/** @param {NetConnectOpts} target an echo server @returns {Promise<Exchange>} */
async function openEcho(target) {
  const message = Buffer.from("0123456789012345678901234567890123456789");
  return { raw: await RawSocket.open(target), message, replyBytes: message.length };
}

/** @param {NetConnectOpts} target @returns {Promise<Exchange>} that reads an attribute */
async function openPerf(target) {
  const raw = await openPerfSocket(target);
  await raw.ask(makePerfRequest("bind", 1, "bench", "count"), isWhole);
  const message = makePerfRequest("readattr", 1);
  const reply = await raw.ask(message, isWhole);
  return { raw, message, replyBytes: reply.length };
}

/** @param {NetConnectOpts} target @returns {Promise<Exchange>} that reads an attribute over `rpc` */
async function openRpc(target) {
  const raw = await RawSocket.open(target);
  await raw.ask("rpc\n", (bytes) => bytes.toString().split("\n").length > 3);
  // The same id again and again, since each is answered before the next is read.
  const message = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"read","params":{"name":"bench.count"}}\n');
  const reply = await raw.ask(message, (bytes) => bytes.includes("\n"));
  return { raw, message, replyBytes: reply.length };
}

/** @param {NetConnectOpts} target @returns {Promise<RawSocket>} after the hello */
export async function openPerfSocket(target) {
  const raw = await RawSocket.open(target);
  await raw.ask("perf\n", (bytes) => bytes.toString() === "+PDM1\n+PERF1\n");
  return raw;
}

/** By protocol. */
export const OPEN_EXCHANGE = { echo: openEcho, perf: openPerf, rpc: openRpc };
