import { lstatSync, opendirSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { buildLockPath, findSocketName, isPrivateSocketName, removeIfEmpty } from "./private-folder.js";
import { probeSocket } from "./socket-probe.js";

/** What is younger may belong to a starter that has not got to listening yet. */
const LEFTOVER_AGE_MS = 60_000;
/** Names looked at and folders removed in one go, so that a full folder cannot hold up the start. */
const MAX_NAMES = 4_096;
const MAX_FOLDERS = 16;

/**
 * Removes what starters that were killed left in `parent`: private folders of this user, over a minute old, whose socket is
 * dead or missing, and a lock whose holder is. At most 16 folders in one go. Never rejects.
 */
export async function removeLeftovers(parent: string): Promise<void> {
  await breakDeadLock(parent);
  for (const { folder, socketName } of listLeftovers(parent)) await removeDeadSocket(folder, socketName);
}

/** Ends the lock of a starter that was killed while it held it; a live holder's stays. Never rejects. */
export async function breakDeadLock(parent: string): Promise<void> {
  const lock = buildLockPath(parent);
  // A holder's socket is the only thing in it. Removing that name cannot hurt another holder, whose name is another.
  const [name = ""] = listNames(lock);
  if (isPrivateSocketName(name)) await removeDeadSocket(lock, name);
  else removeIfEmpty(lock);
}

async function removeDeadSocket(folder: string, socketName: string): Promise<void> {
  const path = join(folder, socketName);
  try {
    const { state } = await probeSocket(path);
    if (state === "dead") unlinkSync(path);
  } catch {
    // Somebody else was quicker, or it is out of reach.
  }
  removeIfEmpty(folder);
}

function listNames(folder: string): string[] {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder) : [];
  } catch {
    return [];
  }
}

function listLeftovers(parent: string): { folder: string; socketName: string }[] {
  const found: { folder: string; socketName: string }[] = [];
  try {
    const entries = opendirSync(parent);
    try {
      for (let seen = 0; seen < MAX_NAMES && found.length < MAX_FOLDERS; seen++) {
        const entry = entries.readSync();
        if (entry === null) break;
        const folder = join(parent, entry.name);
        const socketName = findSocketName(entry.name);
        if (socketName !== undefined && isLeftover(folder)) found.push({ folder, socketName });
      }
    } finally {
      entries.closeSync();
    }
  } catch {
    // Who may add to a folder need not have the right to list it.
  }
  return found;
}

function isLeftover(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true || stats.uid !== process.geteuid?.()) return false;
  return stats.mtimeMs < Date.now() - LEFTOVER_AGE_MS;
}
