import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { chooseDefaultSpec } from "./default-path.js";
import { removeAtExit } from "./exit-removal.js";
import { parseListenSpec } from "./listen-spec.js";

/** What a mark says: the id of the process. A longer file is none. */
const MARK = /^([1-9]\d{0,9})\n$/;
const MARK_BYTES = 16;

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
    const known = readMark(path);
    if (known !== undefined && !isAlive(known)) unlinkSync(path);
    writeFileSync(path, `${process.pid}\n`, { flag: "wx", mode: 0o644 });
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

/** The process that would listen on the Unix socket of this path, and that nobody may manage; undefined where none is known to run. */
export function findDisabledProcess(path: string): number | undefined {
  const process = readMark(buildMarkPath(path));
  return process !== undefined && isAlive(process) ? process : undefined;
}

function buildMarkPath(path: string): string {
  return `${path}.disabled`;
}

function readMark(path: string): number | undefined {
  try {
    // What is no file could have us wait.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      if (!fstatSync(fd).isFile()) return undefined;
      const bytes = Buffer.alloc(MARK_BYTES);
      const [, process] = MARK.exec(bytes.toString("latin1", 0, readSync(fd, bytes))) ?? [];
      return process === undefined ? undefined : Number(process);
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

function removeMark(path: string): void {
  try {
    if (readMark(path) === process.pid) unlinkSync(path);
  } catch {
    // It is gone, or out of reach by now.
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
