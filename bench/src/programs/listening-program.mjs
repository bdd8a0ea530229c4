// A program that imports node:http already, and then may listen. Argument 1 is with what, 2 the socket's path, and 3 how long
// it then stays, in milliseconds, before it looks at its memory; without it, it ends at once.
import "node:http";

/** @typedef {"nothing" | "node:net" | "pdm"} Way */

/** @type {Record<Way, (path: string) => Promise<unknown>>} */
const LISTEN = {
  async nothing() {},
  async "node:net"(path) {
    const { createServer } = await import("node:net");
    await new Promise((/** @type {(none: undefined) => void} */ resolve) => {
      createServer()
        .listen(path, () => resolve(undefined))
        .unref();
    });
  },
  async pdm(path) {
    const { listen } = await import("pdm");
    await listen(path);
  },
};

const [, , way = "nothing", path = "", stayMs = ""] = process.argv;

const startedAt = performance.now();
await LISTEN[/** @type {Way} */ (way)](path);
const insideMs = performance.now() - startedAt;

if (stayMs === "") {
  report({ insideMs });
} else {
  const readyRssBytes = process.memoryUsage.rss();
  setTimeout(() => {
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    report({ readyRssBytes, rssBytes: rss, heapBytes: heapUsed });
  }, Number(stayMs));
}

/** @param {Record<string, number>} figures */
function report(figures) {
  // Importing it above would be a part of what the others import too.
  process.getBuiltinModule("node:fs").writeSync(1, JSON.stringify(figures));
}
