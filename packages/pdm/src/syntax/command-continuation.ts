import { CommandParser, isAcornError } from "./command-parser.js";
import type { Continuation } from "./continuation.js";

/** A semicolon behind white space and comments: it ends the command, and begins the lines of those who write none at the end. */
const SEMICOLON_FIRST = /^(?:\s|\/\/.*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*;/;

/** What the text after a complete command is to it; see `judgeContinuation`. */
export function judgeFollowing(command: string, following: string): Continuation {
  if (SEMICOLON_FIRST.test(following)) return "ends";
  const text = `${command}\n${following}`;
  const asStatements = read(text, command.length, (parser) => {
    while (!parser.atEnd && parser.start <= command.length) parser.parseStatement(null, true);
  });
  if (asStatements !== undefined) return asStatements;
  // `{a: 1, b: 2}` is a command too, as an expression.
  return read(text, command.length, (parser) => parser.parseExpression()) ?? "ends";
}

/** `undefined` where the parser stumbles over the command or the token behind it. */
function read(text: string, boundary: number, parse: (parser: CommandParser) => void): Continuation | undefined {
  const parser = new CommandParser(text);
  // Once a token behind the boundary was taken into what began before it, the rest says nothing more.
  const continues = (): boolean => parser.lastTokEnd > boundary;
  try {
    parser.nextToken();
    parse(parser);
    if (continues()) return "continues";
    return parser.atEnd ? "unknown" : "ends";
  } catch (error) {
    if (!isAcornError(error)) throw error;
    if (continues()) return "continues";
    return error.pos > boundary && error.message.startsWith("Unterminated comment") ? "unknown" : undefined;
  }
}
