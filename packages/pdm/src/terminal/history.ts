import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Entries that a session is given of the sessions before it, and keeps. */
export const MAX_HISTORY_ENTRIES = 1_000;

/** Bytes of one file of history. With more in it, the next line begins a new file, and all but the last two go. */
const MAX_FILE_BYTES = 65_536;

/** Bytes of one entry; a longer one is not kept. */
const MAX_ENTRY_BYTES = 8_192;

/** Stands for a line feed in a file, where each entry is a line. No entry has it, and older versions leave out lines that do. */
const LINE_FEED_SIGN = "\u001E";

/**
 * What was typed to one service, kept from session to session in `$XDG_STATE_HOME/pdm/NAME-HASH.history.N` (mode 0600; without that
 * variable in `~/.local/state`), one line each, whatever it has of lines itself.
 *
 * Any number of sessions may add at once: an entry is one appending write, and no file is ever rewritten, so nothing is lost
 * or mixed up and no lock is needed. What is kept stays bounded because files are begun anew under the next number N, and only the
 * last two are read and left. Two sessions that begin one at the same moment begin the same.
 *
 * No method throws.
 */
export class History {
  readonly #folder: string | undefined;
  readonly #prefix: string;
  readonly #onFailure: (reason: string) => void;
  #entries: string[] | undefined;
  #failed = false;

  /** `onFailure` is called once, when an entry cannot be kept. */
  constructor(spec: string, onFailure: (reason: string) => void) {
    this.#folder = findStateFolder();
    this.#prefix = `${nameService(spec)}.history.`;
    this.#onFailure = onFailure;
  }

  /** The last entries, newest first: those of the sessions before this one as they were at the first call, and this one's own. */
  get entries(): readonly string[] {
    this.#entries ??= this.#readEntries();
    return this.#entries;
  }

  /** Keeps an entry; one that is empty, very long, or holds control characters is left out of the file, one that is the same as the last of both. */
  add(entry: string): void {
    this.#entries ??= this.#readEntries();
    if (entry.trim() === "" || entry === this.#entries[0]) return;
    this.#entries.unshift(entry);
    if (this.#entries.length > MAX_HISTORY_ENTRIES) this.#entries.pop();
    const line = entry.replaceAll("\n", LINE_FEED_SIGN);
    if (this.#failed || this.#folder === undefined || !isKept(line)) return;
    try {
      this.#append(this.#folder, `${line}\n`);
    } catch (error) {
      this.#failed = true;
      this.#onFailure(error instanceof Error ? error.message : String(error));
    }
  }

  #readEntries(): string[] {
    try {
      if (this.#folder === undefined) return [];
      const lines = this.#listFiles(this.#folder).slice(-2).flatMap(readFile);
      return lines
        .slice(-MAX_HISTORY_ENTRIES)
        .toReversed()
        .map((line) => line.replaceAll(LINE_FEED_SIGN, "\n"));
    } catch {
      return [];
    }
  }

  #append(folder: string, text: string): void {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const files = this.#listFiles(folder);
    const last = files.at(-1);
    let generation = last?.generation ?? 1;
    if (last !== undefined && fs.statSync(last.file).size > MAX_FILE_BYTES) {
      generation += 1;
      for (const { file } of files.slice(0, -1)) fs.rmSync(file, { force: true });
    }
    const { O_APPEND, O_CREAT, O_WRONLY } = fs.constants;
    // Absent on Windows. A link planted in a folder that others may write to must not lead the text elsewhere.
    const noFollow = fs.constants.O_NOFOLLOW ?? 0;
    const flags = O_APPEND | O_CREAT | O_WRONLY | noFollow;
    const descriptor = fs.openSync(path.join(folder, `${this.#prefix}${generation}`), flags, 0o600);
    try {
      fs.writeSync(descriptor, text);
    } finally {
      fs.closeSync(descriptor);
    }
  }

  /** This service's files, oldest first. */
  #listFiles(folder: string): { file: string; generation: number }[] {
    return fs
      .readdirSync(folder)
      .filter((name) => name.startsWith(this.#prefix) && /^[0-9]{1,15}$/.test(name.slice(this.#prefix.length)))
      .map((name) => ({ file: path.join(folder, name), generation: Number(name.slice(this.#prefix.length)) }))
      .toSorted((one, other) => one.generation - other.generation);
  }
}

/**
 * The name under which the history of a service is kept. It is the same for each process of a service whose sockets are named `NAME-PID.sock`,
 * and from whichever folder a relative path was given.
 */
export function nameService(spec: string): string {
  const isPath = /^[./]/.test(spec) || (spec.includes("/") && !spec.includes(":"));
  const service = (isPath ? path.resolve(spec) : spec).replace(/-[0-9]+(?=\.sock$)/, "");
  const readable = path
    .basename(service, ".sock")
    .replace(/[^A-Za-z0-9_.-]/g, "_")
    .slice(0, 40);
  return `${readable}-${createHash("sha256").update(service).digest("hex").slice(0, 12)}`;
}

/** `undefined` where there is no home directory. The XDG rule: a relative path in the variable counts as none. */
function findStateFolder(): string | undefined {
  const given = process.env["XDG_STATE_HOME"];
  if (given !== undefined && path.isAbsolute(given)) return path.join(given, "pdm");
  try {
    return path.join(os.homedir(), ".local", "state", "pdm");
  } catch {
    return undefined;
  }
}

function isKept(line: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return line.trim() !== "" && Buffer.byteLength(line) <= MAX_ENTRY_BYTES && !/[^\P{Cc}\t\u001e]/u.test(line);
}

function readFile({ file }: { file: string }): string[] {
  const status = fs.lstatSync(file);
  // Many sessions at once may go over the limit by a little; a file far over it is none of ours.
  if (!status.isFile() || status.size > 16 * MAX_FILE_BYTES) return [];
  return fs.readFileSync(file, "utf8").split("\n").filter(isKept);
}
