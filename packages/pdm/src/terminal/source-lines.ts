import { StringDecoder } from "node:string_decoder";
import { MAX_COMMAND_CHARACTERS } from "./block.js";

/** Nothing more has come in yet, and whoever writes may be waiting for what the lines so far do. */
export const PAUSE: unique symbol = Symbol("pause");

/** A line without its end, or a pause between two. */
export type SourceLine = string | typeof PAUSE;

/**
 * The lines of UTF-8 text, each as soon as it has come in, without its line feed or carriage return and line feed; the last
 * line needs none. Invalid UTF-8 becomes U+FFFD. A line longer than any command may be is handed over before its end.
 *
 * @param hasMore whether there is more to be read, for certain; where not, and no line is begun, a pause follows
 */
export async function* readSourceLines(
  input: AsyncIterable<Buffer>,
  hasMore: () => boolean,
): AsyncGenerator<SourceLine> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of input) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield dropCarriageReturn(line);
    if (rest.length > MAX_COMMAND_CHARACTERS) {
      yield rest;
      rest = "";
    }
    if (rest === "" && !hasMore()) yield PAUSE;
  }
  rest += decoder.end();
  if (rest !== "") yield dropCarriageReturn(rest);
}

/** The lines of a text that is all there, by the same rules. */
export function splitSourceLines(text: string): string[] {
  return text.split("\n").map(dropCarriageReturn);
}

function dropCarriageReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
