import type { ReplClient } from "../client/repl.js";
import { NO_TOKENS } from "../syntax/source-tokens.js";
import type { Language } from "./language.js";

const INDENT_COLUMNS = 4;

/**
 * Python's rules, those of the original `pdm-repl`: a first line that is by itself a complete expression runs at once; anything else
 * is collected until an empty line.
 */
export function createPython(client: ReplClient): Language {
  return {
    name: "Python",
    emptyLineEnds: true,
    indentColumns: INDENT_COLUMNS,
    tracebackStart: /^Traceback \(most recent call last\):$/,
    // A chain of tracebacks is one.
    tracebackIsLast: false,
    begin: () => async (lines) => {
      const [first, second] = lines;
      return first !== undefined && second === undefined && (await isExpression(client, first));
    },
    async judge(source) {
      const lines = source.split("\n");
      return lines.length === 1 ? isExpression(client, source) : lines.at(-1)?.trim() === "";
    },
    tokenize: () => NO_TOKENS,
    indent(before) {
      const line = before.slice(before.lastIndexOf("\n") + 1);
      const blanks = /^[ \t]*/.exec(line)?.[0] ?? "";
      return /:\s*(?:#.*)?$/.test(line) ? blanks + " ".repeat(INDENT_COLUMNS) : blanks;
    },
    dedent: () => undefined,
  };
}

/**
 * Asks the daemon itself, whose Python knows its own version's grammar best: it compiles the line and throws the code away.
 * Nothing of the line is run, and no name is set.
 */
async function isExpression(client: ReplClient, line: string): Promise<boolean> {
  const { threw } = await client.run(`${COMPILE}(${quotePython(line)}, "<pdm-repl>", "eval")`);
  return !threw;
}

/**
 * The built-in `compile`, even where the user has given that name to something else. `__builtins__` is a dict in a namespace made for
 * `exec`, and a module in `__main__`.
 */
const COMPILE = '(lambda b: b["compile"] if b.__class__ is {}.__class__ else b.compile)(__builtins__)';

/** A Python 2 and 3 literal for the text, in ASCII. */
export function quotePython(text: string): string {
  const body = text.replace(/[^ !#-[\]-~]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const width = code > 0xffff ? 8 : 4;
    return `\\${width === 8 ? "U" : "u"}${code.toString(16).padStart(width, "0")}`;
  });
  return `u"${body}"`;
}
