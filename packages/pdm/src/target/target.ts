import { readlinkSync } from "node:fs";
import { findMainScript, listNames, readProcessCommand } from "./command-line.js";
import type { ProcessCommand } from "./command-line.js";
import { listPids } from "./listening-ports.js";
import { isNodeProcess } from "./node-proof.js";
import { readProcessStatus } from "./process-status.js";
import type { ProcessStatus } from "./process-status.js";
import { TargetError } from "./target-error.js";

/** A process that runs Node.js, as it is seen from outside. Nothing is done to it. */
export interface Target {
  readonly pid: number;
  readonly status: ProcessStatus;
  readonly command: ProcessCommand;
  /** In a few words, for a person: `4711 (shop.mjs)`. */
  readonly label: string;
  /** Its id in its own namespace: another one in a container. */
  readonly innerPid: number;
  /** Whether its network is ours; if not, its ports of 127.0.0.1 are not. */
  readonly sharesNetwork: boolean;
  /** Whether its files are ours; if not: see `process-files.ts`. */
  readonly sharesFiles: boolean;
}

/** Whether it is still the process that it was, and has not ended. */
export function isAlive({ pid, status }: Target): boolean {
  try {
    const { state, startTicks } = readProcessStatus(pid);
    return state !== "Z" && startTicks === status.startTicks;
  } catch {
    return false;
  }
}

/**
 * Finds a process by its id, or by a name of its service, its main script or its title.
 *
 * @throws TargetError `ERR_PDM_TARGET_GONE`, `ERR_PDM_TARGET_USER` (another user's), `ERR_PDM_TARGET_NOT_NODE`, `ERR_PDM_TARGET_NAME` (no process of that
 * name, or several, which are listed), `ERR_PDM_TARGET_PLATFORM` where there is no `/proc`
 */
export function findTarget(pidOrName: string): Target {
  if (process.platform !== "linux") {
    throw new TargetError(
      "ERR_PDM_TARGET_PLATFORM",
      `processes are looked at through /proc, which ${process.platform} has not`,
    );
  }
  return readTarget(/^\d+$/.test(pidOrName) ? Number(pidOrName) : findByName(pidOrName));
}

/** The same by its id alone; throws as {@link findTarget} does. */
export function readTarget(pid: number): Target {
  const status = readProcessStatus(pid);
  const ownUid = process.geteuid?.();
  if (ownUid !== 0 && status.uid !== ownUid) {
    throw new TargetError(
      "ERR_PDM_TARGET_USER",
      `process ${pid} belongs to user ${status.uid}, and you are ${ownUid}; do it as that user, or as root`,
    );
  }
  // It has neither program nor arguments any more.
  const isNode = status.state === "Z" ? true : isNodeProcess(pid);
  if (isNode !== true) {
    throw new TargetError(
      "ERR_PDM_TARGET_NOT_NODE",
      isNode === false
        ? `process ${pid} (${status.name}) is no Node.js: its program has not node::Start; nothing was sent to it`
        : `process ${pid} (${status.name}) does not let you see what program it runs; do it as root`,
    );
  }
  const command = readProcessCommand(pid);
  return {
    pid,
    status,
    command,
    label: `${pid} (${listNames(command, status.name)[0] ?? status.name})`,
    innerPid: status.namespacePids.at(-1) ?? pid,
    sharesNetwork: sharesNamespace(pid, "net"),
    sharesFiles: sharesNamespace(pid, "mnt"),
  };
}

function findByName(name: string): number {
  const found = listPids().filter((pid) => pid !== process.pid && hasName(pid, name));
  const [pid] = found;
  if (pid === undefined) {
    throw new TargetError(
      "ERR_PDM_TARGET_NAME",
      `no Node.js process of yours is called "${name}"; give its process id`,
    );
  }
  if (found.length === 1) return pid;
  const list = found.map((one) => `  ${one}  ${readProcessCommand(one).args.join(" ").slice(0, 100)}`);
  throw new TargetError(
    "ERR_PDM_TARGET_NAME",
    `${found.length} processes are called "${name}"; give the process id:\n${list.join("\n")}`,
  );
}

function hasName(pid: number, name: string): boolean {
  try {
    const status = readProcessStatus(pid);
    const ownUid = process.geteuid?.();
    if (ownUid !== 0 && status.uid !== ownUid) return false;
    const command = readProcessCommand(pid);
    return (
      (listNames(command, status.name).includes(name) || findMainScript(command) === name) &&
      isNodeProcess(pid) === true
    );
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

function sharesNamespace(pid: number, kind: "net" | "mnt"): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`) === readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return true;
  }
}
