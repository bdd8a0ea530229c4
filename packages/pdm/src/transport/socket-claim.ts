import { linkSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readIdentity } from "./file-identity.js";
import type { FileIdentity } from "./file-identity.js";
import { ListenError } from "./listen-spec.js";
import { breakDeadLock } from "./leftovers.js";
import { buildLockPath, removeIfEmpty } from "./private-folder.js";
import type { PrivateFolder } from "./private-folder.js";
import { probeSocket } from "./socket-probe.js";

/** Tries, about 10 ms apart, until a starter that finds others in its way gives up. Not a clock: services fake theirs in tests. */
const CLAIM_TRIES = 200;

/**
 * Gives the listening socket in the private folder the name `path`, unless a live socket or another kind of file has it.
 *
 * A free name is taken by `link`, which fails where there is one. To take it from a *dead* socket is the hard part: between
 * finding out that it is dead and replacing it, another starter may have done so, and its live socket must not be replaced.
 * No file operation says "replace if still that one", so there is a lock, one for each folder:
 *
 * - The lock is the private folder itself, renamed to `.pdm~lock`. A folder can only be renamed onto a missing or an empty
 *   one, so the name holds at most one starter's, and a starter that holds it has its listening socket inside: when the
 *   holder is killed, that socket refuses connections. Then anybody may remove *that socket's* name, which never comes again, so
 *   no later holder's can be hit; the lock is an empty folder then, free for the next.
 * - A dead socket never lives again, and only a holder of the lock replaces one. So with the lock held, a name that still
 *   stands for the file that was found dead will do so until the holder acts. (Programs that bind a socket in place, under its
 *   own name, look dead from their `bind` to their `listen`.)
 * - The holder acts by renaming its socket onto the name: one step that replaces the dead socket and empties the lock.
 *
 * What is done under the lock is synchronous, so a busy event loop never holds it. Killed at any point, a starter leaves
 * the name dead, as it was, or its own dead socket on it, and a folder which the next ones recognise.
 *
 * @throws ListenError `ERR_PDM_LISTEN_IN_USE`, `ERR_PDM_LISTEN_NOT_SOCKET`, and whatever the file operations throw. The
 * socket is in its private folder as before.
 */
export async function claimName(folder: PrivateFolder, path: string): Promise<void> {
  for (let tries = 0; tries < CLAIM_TRIES; tries++) {
    if (linkNew(folder.socketPath, path)) return;
    const found = await probeSocket(path);
    if (found.state === "other") throw notSocket(path);
    if (found.state === "live") throw inUse(path, found.reason);
    if (found.state === "dead" && replaceDead(folder, path, found.identity)) return;
    await breakDeadLock(dirname(path));
    await process.getBuiltinModule("node:timers/promises").setTimeout(Math.random() * 20);
  }
  const lock = buildLockPath(dirname(path));
  throw new ListenError(
    "ERR_PDM_LISTEN_IN_USE",
    `${path} is being taken by another process, which got stuck; find it, or, if there is none, remove ${lock}`,
  );
}

function linkNew(from: string, to: string): boolean {
  return unlessTaken(() => linkSync(from, to));
}

/** Replaces the dead socket. False, and nothing has changed, when another starter holds the lock or was quicker. */
function replaceDead(folder: PrivateFolder, path: string, dead: FileIdentity): boolean {
  const lock = buildLockPath(dirname(path));
  if (!unlessTaken(() => renameSync(folder.path, lock))) return false;
  let replaced = false;
  try {
    const now = readIdentity(path);
    if (now?.dev === dead.dev && now.ino === dead.ino && now.ctimeNs === dead.ctimeNs) {
      renameSync(join(lock, basename(folder.socketPath)), path);
      replaced = true;
    }
  } finally {
    // Empty, the lock is free: by now another starter may hold it.
    if (replaced) removeIfEmpty(lock);
    else renameSync(lock, folder.path);
  }
  return replaced;
}

/** Does it, or returns false because something has that name already. */
function unlessTaken(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOTEMPTY") return false;
    throw error;
  }
}

function notSocket(path: string): ListenError {
  return new ListenError(
    "ERR_PDM_LISTEN_NOT_SOCKET",
    `${path} exists and is no socket; it was left as it is: remove it, or give another path`,
  );
}

function inUse(path: string, reason: string | undefined): ListenError {
  const doubt = reason === undefined ? "" : `, as far as can be told (connecting to it fails with ${reason})`;
  return new ListenError(
    "ERR_PDM_LISTEN_IN_USE",
    `${path} is in use${doubt}; stop who listens there, or give another path`,
  );
}
