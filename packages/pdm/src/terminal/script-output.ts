import type { Language } from "./language.js";

/** Characters of a possible traceback that are held back, at most. */
const MAX_HELD_CHARACTERS = 1_048_576;

/** Where a script's output goes: lines without line feeds. */
export interface OutputStreams {
  writeOutput(line: string): void;
  writeError(line: string): void;
}

/**
 * Sorts one command's lines: a traceback goes to standard error, everything else to standard output, as it comes.
 *
 * The protocol says only after the last line whether a command threw. So what looks like a traceback, and whatever follows it, is
 * held back until then.
 */
export class ScriptOutput {
  readonly #language: Language;
  readonly #streams: OutputStreams;
  readonly #held: string[] = [];
  #heldCharacters = 0;

  constructor(language: Language, streams: OutputStreams) {
    this.#language = language;
    this.#streams = streams;
  }

  write(line: string): void {
    const { tracebackStart, tracebackIsLast } = this.#language;
    if (tracebackStart.test(line)) {
      if (tracebackIsLast) this.finish(false);
    } else if (this.#held.length === 0) {
      this.#streams.writeOutput(line);
      return;
    }
    this.#held.push(line);
    this.#heldCharacters += line.length + 1;
    // No traceback is as long as that.
    if (this.#heldCharacters > MAX_HELD_CHARACTERS) this.finish(false);
  }

  /** Writes what was held back; to be called when the command has ended. */
  finish(threw: boolean): void {
    for (const line of this.#held) {
      if (threw) this.#streams.writeError(line);
      else this.#streams.writeOutput(line);
    }
    this.#held.length = 0;
    this.#heldCharacters = 0;
  }
}
