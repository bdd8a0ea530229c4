// Where the measured processes run: all on one processor, or wherever the system puts them.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** @typedef {"pinned" | "free"} PlacementName */

/**
 * @typedef {object} Placement
 * @property {PlacementName} name
 * @property {readonly string[]} prefix of the command that starts a process there
 */

/** @type {Placement} */
const FREE = { name: "free", prefix: [] };

/**
 * Finds the placements that this machine offers.
 *
 * @returns {{ placements: readonly Placement[], missing: string | undefined }} `missing` says why there is no pinned one
 */
export function findPlacements() {
  if (process.platform !== "linux") return withoutPinned(`on ${process.platform} a process cannot be pinned`);
  if (spawnSync("taskset", ["--version"]).status !== 0) return withoutPinned("taskset (package util-linux) is missing");
  const processor = findProcessor();
  const prefix = ["taskset", "--cpu-list", processor];
  if (spawnSync("taskset", [...prefix.slice(1), "true"]).status !== 0) {
    return withoutPinned(`taskset may not pin a process to processor ${processor}`);
  }
  return { placements: [{ name: "pinned", prefix }, FREE], missing: undefined };
}

/** @param {string} missing */
function withoutPinned(missing) {
  return { placements: [FREE], missing };
}

/** The last one that this process may use: the first has the most interrupts to serve. */
function findProcessor() {
  const [, list = "0"] = /^Cpus_allowed_list:\s*(\S+)$/mu.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return list.split(/[-,]/u).at(-1) ?? "0";
}
