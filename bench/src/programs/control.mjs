// The measured side of the control channel: a program answers the benchmark's requests over IPC, one at a time.
import { inspect } from "node:util";

/** @typedef {Record<string, (argument: any) => unknown>} Commands */

/**
 * What the operating system charged this process for so far.
 *
 * @typedef {object} Usage
 * @property {number} cpuUs microseconds of processor time, user and system, of all threads
 */

/**
 * What this process holds after garbage collection.
 *
 * @typedef {object} Memory
 * @property {number} rssBytes resident in memory
 * @property {number} heapBytes of it, JavaScript objects
 */

/**
 * Answers requests until the benchmark is gone, however it ended; then this process ends too.
 *
 * @param {Commands} commands beside `usage` and `memory`, which every program has
 */
export function serveControl(commands) {
  /** @type {Commands} */
  const all = { usage: readUsage, memory: readMemory, ...commands };
  process.on("message", (/** @type {{ command: string, argument: unknown }} */ { command, argument }) => {
    void answer(all[command], argument);
  });
  process.on("disconnect", () => process.exit());
  // Ctrl-C reaches every process of the terminal; the benchmark gets it too, and ends this one by disconnecting.
  process.on("SIGINT", () => undefined);
}

/**
 * @param {Commands[string] | undefined} run
 * @param {unknown} argument
 */
async function answer(run, argument) {
  try {
    if (run === undefined) throw new TypeError("no such command");
    send({ result: await run(argument) });
  } catch (error) {
    send({ error: inspect(error) });
  }
}

/** @param {object} reply */
function send(reply) {
  // Where the benchmark has gone meanwhile, "disconnect" ends this process; without a listener the error would, noisily.
  process.send?.(reply, () => {});
}

/** @returns {Usage} */
function readUsage() {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system };
}

/** @returns {Memory} */
function readMemory() {
  // Twice: what the first one finalizes, the second frees.
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed };
}
