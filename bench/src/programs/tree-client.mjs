// Reads many attributes at once, describes many objects, or takes a stream, over `rpc` or by single requests over `perf`.
import { createInterface } from "node:readline";
import { openPerfSocket, RawSocket } from "./raw-socket.mjs";
import { isWhole, makePerfRequest } from "./perf-request.mjs";
import { serveControl } from "./control.mjs";
import { repeatPromise } from "./repeat.mjs";

/** @typedef {"read over rpc" | "read over perf" | "describe over rpc"} Task */

const ATTRIBUTES = 1_000;

/** So many of each directory, so that no more than a client of `perf` may bind are needed. */
const ENTRIES = 91;

/** @type {() => Promise<unknown>} */
let work;

serveControl({
  /** @param {{ path: string, task: Task }} options */
  async start({ path, task }) {
    work = await PREPARE[task](path);
  },

  /** @param {number} durationMs */
  run: (durationMs) => repeatPromise(durationMs, 1, work),
});

/** @type {Record<Task, (path: string) => Promise<() => Promise<unknown>>>} */
const PREPARE = {
  async "read over rpc"(path) {
    const ask = await openLines(path);
    return async () => {
      const { result } = await ask("readMany", { names: listNames() });
      if (result.items.length !== ATTRIBUTES) throw new Error("not all were read");
    };
  },

  async "read over perf"(path) {
    const raw = await openPerfSocket({ path });
    await bindAll(raw);
    const request = Buffer.concat(listNames().map((_, index) => makePerfRequest("readattr", 1_000 + index)));
    const reply = await raw.ask(request, (bytes) => isWhole(bytes, ATTRIBUTES));
    return () =>
      new Promise((resolve) => {
        raw.expect(reply.length, () => resolve(undefined));
        raw.socket.write(request);
      });
  },

  async "describe over rpc"(path) {
    const ask = await openLines(path);
    return async () => {
      let objects = 0;
      let cursor;
      do {
        const { result } = await ask("describe", { name: "bench.tree", cursor });
        objects += result.objects.length;
        cursor = result.cursor;
      } while (cursor !== undefined);
      if (objects !== 10_001) throw new Error(`${objects} objects were described`);
    };
  },
};

function listNames() {
  return Array.from(
    { length: ATTRIBUTES },
    (_, index) => `bench.tree/directory${Math.floor(index / ENTRIES)}/attribute${index % ENTRIES}`,
  );
}

/** @param {RawSocket} raw */
async function bindAll(raw) {
  const requests = [makePerfRequest("bind", 1, "bench", "tree")];
  for (let directory = 0; directory * ENTRIES < ATTRIBUTES; directory += 1) {
    requests.push(makePerfRequest("lookup", 100 + directory, 1, `directory${directory}`));
  }
  for (let index = 0; index < ATTRIBUTES; index += 1) {
    const directory = 100 + Math.floor(index / ENTRIES);
    requests.push(makePerfRequest("lookup", 1_000 + index, directory, `attribute${index % ENTRIES}`));
  }
  await raw.ask(Buffer.concat(requests), (bytes) => isWhole(bytes, requests.length));
}

/**
 * A client of a few lines, whose own part is JSON's.
 *
 * @param {string} path
 * @returns {Promise<(method: string, params: object) => Promise<any>>} one request at a time
 */
async function openLines(path) {
  const { socket } = await RawSocket.open({ path });
  socket.removeAllListeners("data");
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  socket.write("rpc\n");
  for (let line = 0; line < 3; line += 1) await lines.next();
  return async (method, params) => {
    socket.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })}\n`);
    const answer = JSON.parse((await lines.next()).value);
    if (answer.error !== undefined) throw new Error(answer.error.message);
    return answer;
  };
}
