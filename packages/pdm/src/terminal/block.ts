import { PdmError } from "../errors.js";
import type { Language, Readiness } from "./language.js";

/** Characters of one command, so that an endless input does not use up this program's memory. Services have their own, lower limit. */
export const MAX_COMMAND_CHARACTERS = 16_777_216;

/** A command being typed: collects lines until it is taken. */
export class Block {
  readonly #language: Language;
  #isReady: Readiness;
  #lines: string[] = [];
  #characters = 0;

  constructor(language: Language) {
    this.#language = language;
    this.#isReady = language.begin();
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** What was collected so far. */
  get source(): string {
    return this.#lines.join("\n");
  }

  /**
   * Adds a line.
   *
   * @returns whether the command is now ready to run. It stays here until it is taken, and further lines may be added.
   *
   * @throws PdmError `ERR_PDM_COMMAND_TOO_LONG`; what was collected is dropped.
   */
  async add(line: string): Promise<boolean> {
    if (line === "" && this.#language.emptyLineEnds) return !this.isEmpty;
    if (this.isEmpty && line.trim() === "") return false;
    this.#characters += line.length + 1;
    if (this.#characters > MAX_COMMAND_CHARACTERS) {
      this.drop();
      throw new PdmError(
        "ERR_PDM_COMMAND_TOO_LONG",
        `a command has over ${MAX_COMMAND_CHARACTERS} characters; is a bracket or a quote left open?`,
      );
    }
    this.#lines.push(line);
    return this.#isReady(this.#lines);
  }

  /** What was collected so far, if anything; the next line begins a new command. */
  take(): string | undefined {
    const source = this.isEmpty ? undefined : this.source;
    this.drop();
    return source;
  }

  drop(): void {
    this.#isReady = this.#language.begin();
    this.#lines = [];
    this.#characters = 0;
  }
}
