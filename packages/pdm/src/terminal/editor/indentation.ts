import type { SourceTokens } from "../../syntax/source-tokens.js";

/** Signs behind which an expression goes on in the next line. */
const OPEN_END = /^(?:=>|[-+*/%&|^<>!~?:.,=]+)$/;

/** The blanks of a new line behind `before`: one level more than the line of the innermost open bracket. */
export function indentLine(before: string, { open, tokens, inside }: SourceTokens, columns: number): string {
  // It would become a part of the text.
  if (inside === "template") return "";
  const current = readIndent(before, before.length);
  if (inside === "comment") return current;
  const last = tokens.findLast(({ kind }) => kind !== "comment");
  const goesOn = last?.kind === "sign" && OPEN_END.test(before.slice(last.start, last.end));
  const bracket = open.at(-1);
  if (bracket === undefined)
    return goesOn && !before.endsWith("++") && !before.endsWith("--") ? current + " ".repeat(columns) : current;
  const level = readIndent(before, bracket) + " ".repeat(columns);
  // Behind a comma, an arrow or a colon the lists and cases of the bracket go on.
  const isExpression = goesOn && !/[,:]$/.test(before.trimEnd());
  return isExpression && current.length <= level.length ? level + " ".repeat(columns) : level;
}

/** The blanks of a line that begins with a closing bracket: those of the line that opened it. Undefined where it is no such line. */
export function dedentBracket(before: string, typed: string, { open, inside }: SourceTokens): string | undefined {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const bracket = open.at(-1);
  if (!/^[}\])]/.test(typed) || line.trim() !== "" || inside !== undefined || bracket === undefined) return undefined;
  return readIndent(before, bracket);
}

/** The blanks at the start of the line that an offset is in. */
function readIndent(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}
