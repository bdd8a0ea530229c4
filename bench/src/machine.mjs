// Where and on what was measured.
import { spawnSync } from "node:child_process";
import os from "node:os";

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} processors that this process may use
 * @property {number} memoryGiB
 * @property {string} kernel
 * @property {string} node
 * @property {number} load of the machine in the minute before, in processors; 0 on Windows, which does not count it
 */

/** @returns {Machine} */
export function describeMachine() {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    processors: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
    load: os.loadavg()[0] ?? 0,
  };
}

/** @returns {string} the commit that was measured, and whether files were changed since */
export function describeCommit() {
  const head = spawnSync("git", ["rev-parse", "--short=12", "HEAD"], { encoding: "utf8" });
  if (head.status !== 0) return "unknown";
  const status = spawnSync("git", ["status", "--porcelain"], { encoding: "utf8" });
  return status.stdout === "" ? head.stdout.trim() : `${head.stdout.trim()} with changes`;
}
