import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { ListenError } from "./listen-spec.js";
import { mayWrite } from "./permission.js";

/**
 * A folder beside the socket-to-be which only its owner can enter, and the name in it under which the socket is bound.
 * That name never comes again: it is the random part of the folder's.
 */
export interface PrivateFolder {
  readonly path: string;
  /**
   * The socket's path, to bind it and to work on it. On Linux it goes through the open folder, so that whoever may rename things
   * in the folder's parent cannot have us bind, or change the rights of, something of theirs.
   */
  readonly socketPath: string;
  /** Removes the folder and the socket in it, if they are still there. Never throws; a second call does nothing. */
  remove(): void;
}

const PREFIX = ".pdm~";
const SOCKET_NAME = /^[A-Za-z0-9]{6}$/;

/** Whether a starter may have given the name to its socket. */
export function isPrivateSocketName(name: string): boolean {
  return SOCKET_NAME.test(name);
}

/** The name of the socket in a private folder of that name; undefined when it is no private folder's name. */
export function findSocketName(folderName: string): string | undefined {
  const name = folderName.slice(PREFIX.length);
  return folderName.startsWith(PREFIX) && SOCKET_NAME.test(name) ? name : undefined;
}

/** The longest path that is bound for a socket in `parent`. */
export function buildLongestPath(parent: string): string {
  return join(parent, `${PREFIX}XXXXXX`, "XXXXXX");
}

/** The folder that stands for the right to replace a dead socket in `parent`; see `socket-claim.ts`. */
export function buildLockPath(parent: string): string {
  return join(parent, `${PREFIX}lock`);
}

/**
 * Makes a private folder in `parent`, so on the same file system.
 *
 * @throws ListenError `ERR_PDM_LISTEN_FOLDER` when `parent` is missing or may not be written, saying what to do
 */
export function makePrivateFolder(parent: string): PrivateFolder {
  let path: string | undefined;
  try {
    path = mkdtempSync(join(parent, PREFIX));
    return openPrivateFolder(path, path.slice(-6));
  } catch (cause) {
    if (path !== undefined) removeIfEmpty(path);
    throw cause instanceof ListenError ? cause : explainParent(parent, cause as NodeJS.ErrnoException);
  }
}

function openPrivateFolder(path: string, socketName: string): PrivateFolder {
  let fd: number | undefined = openPrivately(path);
  const socketPath = join(findOpenFolder(fd) ?? path, socketName);
  return {
    path,
    socketPath,
    remove() {
      if (fd === undefined) return;
      removeFile(socketPath);
      removeIfEmpty(path);
      closeSync(fd);
      fd = undefined;
    },
  };
}

/** Opens the folder that was just made, if it still is ours, and sees to it that its rights are 0700. */
function openPrivately(path: string): number {
  const fd = openFolder(path);
  const { uid, mode } = fstatSync(fd);
  if (uid === process.geteuid?.()) {
    // An extreme umask takes even the owner's rights. Set-group-id stays: it gives the socket the parent's group.
    if ((mode & 0o777) !== 0o700) fchmodSync(fd, (mode & 0o7000) | 0o700);
    return fd;
  }
  closeSync(fd);
  throw new ListenError(
    "ERR_PDM_LISTEN_FOLDER",
    `${path} was made, and is not ours any more; give a path in a folder where others may not rename things`,
  );
}

function openFolder(path: string): number {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  try {
    return openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
  }
  chmodSync(path, 0o700);
  return openSync(path, flags);
}

/** A path by which exactly the open folder is reached; undefined where the system has none, or Node's permission model forbids it. */
function findOpenFolder(fd: number): string | undefined {
  const path = `/proc/self/fd/${fd}`;
  if (!mayWrite(path)) return undefined;
  try {
    const opened = fstatSync(fd, { bigint: true });
    const reached = statSync(path, { bigint: true });
    return reached.ino === opened.ino && reached.dev === opened.dev ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the folder if it is empty. Never throws. */
export function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It is used, or gone.
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It has moved on to its final name.
  }
}

function explainParent(parent: string, cause: NodeJS.ErrnoException): ListenError {
  return new ListenError("ERR_PDM_LISTEN_FOLDER", `${parent} ${adviseOnParent(parent, cause)}`, { cause });
}

function adviseOnParent(parent: string, { code = "", message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return `does not exist; create it first, for example: mkdir -p -m 0700 ${parent}`;
    case "ENOTDIR":
      return "is not a folder; give another path";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `may not be written (${code}); let this process's user write there, or give another path`;
    default:
      return `takes no socket (${message})`;
  }
}
