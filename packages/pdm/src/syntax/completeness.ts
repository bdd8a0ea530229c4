import { BracketScanner } from "./bracket-scanner.js";
import { loadGrammar } from "./parser.js";

/**
 * Of text typed so far: `complete` can run; `incomplete` needs more lines (an open bracket, template or comment);
 * `invalid` is an error that no further line can mend.
 */
export type Completeness = "complete" | "incomplete" | "invalid";

/**
 * Judges text by the rules of the REPL: a script with top-level `await`, or one expression.
 *
 * @throws ParserError when the parser has to be loaded and cannot be.
 */
export async function judgeCompleteness(source: string): Promise<Completeness> {
  const { judgeCommand } = await loadGrammar();
  return judgeCommand(source);
}

/** Characters of a command that is parsed again at each line: so little takes no time. */
const SHORT_CHARACTERS = 2_048;

/** A longer one that is certainly open is parsed when it has grown by this factor: all its parsing then takes a few times as long as the last. */
const GROWTH = 1.25;

/**
 * Judges one command that grows line by line, in a time that grows with its length, not with its square: as long as a bracket
 * is open, a long command is parsed only now and then. So that it is complete is found at once, that it is invalid
 * perhaps some lines later.
 */
export class CompletenessJudge {
  readonly #scanner = new BracketScanner();
  #characters = 0;
  #parsedCharacters = 0;

  /**
   * Judges all `lines` of the command; to be called for each line, which is the last.
   *
   * @throws ParserError when the parser has to be loaded and cannot be.
   */
  async judge(lines: readonly string[]): Promise<Completeness> {
    const line = lines.at(-1) ?? "";
    this.#scanner.read(line);
    this.#characters += line.length + 1;
    const isDue = this.#characters < SHORT_CHARACTERS || this.#characters > this.#parsedCharacters * GROWTH;
    if (this.#scanner.isOpen && !isDue) return "incomplete";
    this.#parsedCharacters = this.#characters;
    return judgeCompleteness(lines.join("\n"));
  }
}
