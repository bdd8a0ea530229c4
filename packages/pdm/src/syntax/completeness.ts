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
