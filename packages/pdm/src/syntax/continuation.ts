import { loadGrammar } from "./parser.js";

/** `unknown`: so far only blank lines and comments follow. */
export type Continuation = "continues" | "ends" | "unknown";

/**
 * Whether the lines after a complete command continue it, by the rules of a JavaScript file: a statement ends only where the next
 * token cannot be a part of it. `following` may be cut off at the end of any line.
 *
 * @throws ParserError when the parser has to be loaded and cannot be.
 */
export async function judgeContinuation(command: string, following: string): Promise<Continuation> {
  const { judgeFollowing } = await loadGrammar();
  return judgeFollowing(command, following);
}
