import { lstatSync, unlinkSync } from "node:fs";

/** Which file a name stands for. `ctimeNs` tells apart two files that had the same inode number one after the other. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly ctimeNs: bigint;
}

/** The file that `path` names now, a symbolic link itself; undefined where there is none. */
export function readIdentity(path: string): FileIdentity | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

/**
 * Removes the name if it still stands for that file, which something must keep from being freed meanwhile (an open socket
 * does). Never throws: what cannot be removed stays.
 */
export function removeIfSame(path: string, file: FileIdentity): void {
  try {
    const now = readIdentity(path);
    if (now?.dev === file.dev && now.ino === file.ino) unlinkSync(path);
  } catch {
    // No right to look or to remove any more: nothing that we could do about it.
  }
}
