import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { resolve } from "node:path";
import { chooseDefaultSpec } from "./default-path.js";
import { removeAtExit } from "./exit-removal.js";
import { parseListenSpec } from "./listen-spec.js";

/**
 * What a mark says: the process's id and, where there is `/proc`, when it began and whose numbers these are; so that no later process with that id is taken for it.
 * A longer file is none.
 */
const MARK = /^([1-9]\d{0,9})(?: (\d{1,20}) (\d{1,20}))?\n$/;
const MARK_BYTES = 64;

interface Mark {
  readonly pid: number;
  /** Clock ticks from the system's start to its own; undefined where nobody can tell. */
  readonly startTicks: string | undefined;
  /** The namespace of its id: another one in a container. */
  readonly namespace: string | undefined;
}

/**
 * Leaves a file `PATH.disabled` where the socket would be, so that clients can tell this process from one that does not run. Where
 * there is no path (TCP, a descriptor, a pipe) or none can be written, nothing. Never throws. A file there that is no mark stays, and so does another
 * process's.
 *
 * @returns removes it, as the exit of the process does
 */
export function markDisabled(spec: string | undefined, name: string | undefined): () => void {
  try {
    const wanted = spec === undefined ? chooseDefaultSpec(name) : parseListenSpec(spec);
    if (wanted.kind !== "unix") return () => undefined;
    const path = buildMarkPath(resolve(wanted.path));
    removeStale(path);
    writeFileSync(path, writeOwnMark(), { flag: "wx", mode: 0o644 });
    const remove = (): void => removeMark(path);
    const forget = removeAtExit(remove);
    return () => {
      forget();
      remove();
    };
  } catch {
    return () => undefined;
  }
}

/**
 * The process that would listen on the Unix socket of this path, and that nobody may manage; undefined where none is known to run. The mark of one that has ended
 * is removed, where that may be done.
 */
export function findDisabledProcess(path: string): number | undefined {
  return removeStale(buildMarkPath(path))?.pid;
}

function buildMarkPath(path: string): string {
  return `${path}.disabled`;
}

/** @returns what is no stale mark */
function removeStale(path: string): Mark | undefined {
  const mark = readMark(path);
  if (mark === undefined) return undefined;
  const state = judge(mark);
  if (state === "runs") return mark;
  try {
    if (state === "ended") unlinkSync(path);
  } catch {
    // Another user's folder, or somebody was quicker.
  }
  return undefined;
}

/** Whether a mark's process runs. In another namespace the number is another process's. */
function judge({ pid, startTicks, namespace }: Mark): "runs" | "ended" | "unknown" {
  if (namespace !== undefined && namespace !== readNamespace()) return "unknown";
  if (!isAlive(pid)) return "ended";
  const nowTicks = startTicks === undefined ? undefined : readStartTicks(pid);
  return nowTicks === undefined || nowTicks === startTicks ? "runs" : "ended";
}

function writeOwnMark(): string {
  const [startTicks, namespace] = [readStartTicks(process.pid), readNamespace()];
  const times = startTicks === undefined || namespace === undefined ? "" : ` ${startTicks} ${namespace}`;
  return `${process.pid}${times}\n`;
}

function readMark(path: string): Mark | undefined {
  try {
    // What is no file could have us wait.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      if (!fstatSync(fd).isFile()) return undefined;
      const bytes = Buffer.alloc(MARK_BYTES);
      const [, pid, startTicks, namespace] = MARK.exec(bytes.toString("latin1", 0, readSync(fd, bytes))) ?? [];
      return pid === undefined ? undefined : { pid: Number(pid), startTicks, namespace };
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

function removeMark(path: string): void {
  try {
    if (readMark(path)?.pid === process.pid) unlinkSync(path);
  } catch {
    // It is gone, or out of reach by now.
  }
}

/** The 22nd field of `/proc/PID/stat`; see proc(5). The second, its name in brackets, may hold anything. */
function readStartTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function readNamespace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
