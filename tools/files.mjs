// The file operations that the tools share, with the defaults that all of them want.
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** @param {string} target removed with all below it; absent is fine */
export function removeTree(target) {
  fs.rmSync(target, { recursive: true, force: true });
}

/** @returns {string} a new folder under the temporary one, which only its owner can enter */
export function makeTemporaryFolder() {
  return fs.mkdtempSync(path.join(os.tmpdir(), "pdm-"));
}

/**
 * @param {string} folder searched with all its subfolders; absent gives none
 * @param {string} ending how the names must end
 * @returns {string[]} paths that begin with the folder, sorted
 */
export function findFiles(folder, ending = "") {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}

/**
 * Replaces a folder by what `write` puts into a new one beside it, so that the old one stays whole until then, and where
 * `write` fails.
 *
 * @param {string} folder
 * @param {(fresh: string) => Promise<void>} write
 */
export async function replaceFolder(folder, write) {
  const fresh = `${folder}.new-${process.pid}`;
  const old = `${folder}.old-${process.pid}`;
  try {
    fs.mkdirSync(fresh, { recursive: true });
    await write(fresh);
    if (fs.existsSync(folder)) fs.renameSync(folder, old);
    fs.renameSync(fresh, folder);
  } finally {
    removeTree(fresh);
    removeTree(old);
  }
}

/**
 * @param {readonly string[]} files
 * @returns {string} which changes with the names and the contents
 */
export function digestFiles(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash.update(`${file}\0`).update(createHash("sha256").update(fs.readFileSync(file)).digest());
  return hash.digest("hex");
}
