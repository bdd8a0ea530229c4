import { closeSync, constants, openSync, writeSync } from "node:fs";
import { warn } from "./warning.js";

/** Never waits, not even where the path is a pipe that nobody reads. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

/** A file to which audit records are appended, one JSON text a line, each before its request is answered. */
export class AuditFile {
  readonly path: string;
  readonly #descriptor: number;
  #lost = 0;
  #isCut = false;
  #isClosed = false;

  /**
   * Opens the file; where there is none, it is made, for its owner alone.
   *
   * @throws what Node throws where it cannot be opened for writing
   */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, FLAGS, 0o600);
  }

  /** Records that could not be written since the last one that could. */
  get lost(): number {
    return this.#lost;
  }

  /** Appends a record. A failure is a process warning, the first one of a row; the next success says how many records are missing. */
  append(record: object): void {
    if (this.#isClosed) return;
    // What was cut off must not take the next record along.
    const line = Buffer.from(`${this.#isCut ? "\n" : ""}${JSON.stringify(record)}\n`);
    try {
      const written = writeSync(this.#descriptor, line);
      this.#isCut = written < line.length;
      if (this.#isCut) throw new Error(`${written} of ${line.length} bytes were written`);
    } catch (error) {
      this.#lost += 1;
      if (this.#lost === 1) warn("PDM_AUDIT_FAILED", `audit records cannot be written to ${this.path}`, error);
      return;
    }
    if (this.#lost > 0) {
      warn("PDM_AUDIT_INCOMPLETE", `audit records are written to ${this.path} again; ${this.#lost} are missing there`);
      this.#lost = 0;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }
}
