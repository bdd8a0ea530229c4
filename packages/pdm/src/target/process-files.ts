import { closeSync, constants, fstatSync, lstatSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What to put before a path as a process names it, to have it here: nothing where it has our files, else the root of its container. */
export function findRoot({ pid, sharesFiles }: { readonly pid: number; readonly sharesFiles: boolean }): string {
  return sharesFiles ? "" : `/proc/${pid}/root`;
}

/** Whether a path, or a folder above it, below `root`, is a symbolic link: one in a container's files would be followed in ours. @throws where there is no such path */
export function hasLink(path: string, root: string): boolean {
  for (let part = path; part.length > root.length; part = dirname(part)) {
    if (lstatSync(part).isSymbolicLink()) return true;
  }
  return false;
}

/**
 * Opens a file that another process names, to be read. Nothing but a regular file: a pipe would hold us up, and to open a device may set something off.
 *
 * @returns its descriptor; undefined where it is anything else
 * @throws the operating system's error
 */
export function openRegularFile(path: string): number | undefined {
  if (!statSync(path).isFile()) return undefined;
  // It may be another one by now.
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  return undefined;
}
