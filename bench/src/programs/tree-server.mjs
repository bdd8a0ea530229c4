// A service with many objects, and a stream of many bytes.
import { ComputedAttribute, expose, listen, MethodTable, StaticDirectory } from "pdm";
import { serveControl } from "./control.mjs";

const DIRECTORIES = 100;
const ENTRIES = 99;

/** With the directories ten thousand objects, each with a value of one length on the wire. */
function createTree() {
  const tree = new StaticDirectory();
  for (let directory = 0; directory < DIRECTORIES; directory += 1) {
    const entries = new StaticDirectory();
    for (let entry = 0; entry < ENTRIES; entry += 1) {
      const value = 100_000 + directory * 100 + entry;
      entries.set(`attribute${entry}`, new ComputedAttribute(() => value, "A number that is there to be read."));
    }
    tree.set(`directory${directory}`, entries);
  }
  return tree;
}

const PIECE = Buffer.alloc(65_536, 120);

/** @param {number} bytes */
async function* give(bytes) {
  for (let left = bytes; left > 0; left -= PIECE.length) yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
}

expose("bench", { tree: createTree(), source: new MethodTable({ give }) });

let peakBytes = 0;
let startBytes = 0;

serveControl({
  /** @param {{ path: string }} options */
  async start({ path }) {
    await listen(path);
  },

  /** From now on the most that is resident counts. */
  watchMemory() {
    globalThis.gc?.();
    startBytes = peakBytes = process.memoryUsage.rss();
    setInterval(() => {
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    }, 5).unref();
  },

  /** How much more it was at its peak. */
  growth: () => Math.max(peakBytes, process.memoryUsage.rss()) - startBytes,
});
