import { Parser, tokTypes } from "acorn";
import type { Token } from "acorn";

/** Characters of parameters that are shown. */
const SHOWN_CHARACTERS = 100;

const OPENING = new Set([tokTypes.parenL, tokTypes.bracketL, tokTypes.braceL, tokTypes.dollarBraceL]);
const CLOSING = new Set([tokTypes.parenR, tokTypes.bracketR, tokTypes.braceR]);

/**
 * The parameters in the text of a function or a class, which may be cut off behind them: `(orders, limit = 10)`. Undefined where there are
 * none to be found, as in a class without a constructor of its own.
 */
export function readParameters(text: string, isClass: boolean): string | undefined {
  const tokens = tokenize(text, isClass);
  const start = isClass ? findConstructor(tokens) : findParameters(tokens);
  if (start === undefined) return undefined;
  const [first] = tokens.slice(start);
  if (first === undefined) return undefined;
  // `a => …`
  if (first.type !== tokTypes.parenL) return `(${text.slice(first.start, first.end)})`;
  const end = findClosing(tokens, start);
  const parts = tokens.slice(start + 1, end);
  return `(${join(text, parts)})`;
}

/** What could be read, since the text may be cut off; of a function that is no class, up to the end of its parameters. */
function tokenize(text: string, isClass: boolean): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  try {
    for (const token of Parser.tokenizer(text, { ecmaVersion: "latest" })) {
      tokens.push(token);
      if (OPENING.has(token.type)) depth += 1;
      else if (CLOSING.has(token.type)) depth -= 1;
      const isLast = token.type === tokTypes.parenR || token.type === tokTypes.arrow;
      if (!isClass && depth === 0 && isLast) break;
    }
  } catch {
    // Cut off, or not understood as the beginning of a script.
  }
  return tokens;
}

/** Where the brackets begin, or the one parameter of an arrow function stands. */
function findParameters(tokens: readonly Token[]): number | undefined {
  const arrow = tokens[0]?.type === tokTypes.name && tokens[1]?.type === tokTypes.arrow;
  if (arrow) return 0;
  if (tokens[1]?.type === tokTypes.name && tokens[2]?.type === tokTypes.arrow) return 1;
  let depth = 0;
  for (const [index, { type }] of tokens.entries()) {
    // The brackets of a computed name are passed over.
    if (type === tokTypes.bracketL) depth += 1;
    else if (type === tokTypes.bracketR) depth -= 1;
    else if (type === tokTypes.parenL && depth === 0) return index;
  }
  return undefined;
}

function findConstructor(tokens: readonly Token[]): number | undefined {
  let depth = 0;
  for (const [index, { type }] of tokens.entries()) {
    if (OPENING.has(type)) depth += 1;
    else if (CLOSING.has(type)) depth -= 1;
    const isName = type === tokTypes.name && valueOf(tokens[index]) === "constructor";
    const follows = tokens[index - 1]?.type;
    if (depth === 1 && isName && follows !== tokTypes.dot && tokens[index + 1]?.type === tokTypes.parenL) {
      return index + 1;
    }
  }
  return undefined;
}

function findClosing(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let index = start; index < tokens.length; index += 1) {
    const type = tokens[index]?.type;
    if (type === tokTypes.parenL) depth += 1;
    else if (type === tokTypes.parenR) depth -= 1;
    if (depth === 0) return index;
  }
  return tokens.length;
}

/** The tokens with one space where there was white space or a comment. */
function join(text: string, tokens: readonly Token[]): string {
  let joined = "";
  let end = tokens[0]?.start ?? 0;
  for (const token of tokens) {
    if (token.start > end && token.type !== tokTypes.comma && !/[([]$/.test(joined)) joined += " ";
    joined += text.slice(token.start, token.end);
    end = token.end;
    if (joined.length > SHOWN_CHARACTERS) return `${joined.slice(0, SHOWN_CHARACTERS)}…`;
  }
  return joined.replace(/,$/, "");
}

function valueOf(token: Token | undefined): unknown {
  return (token as { value?: unknown } | undefined)?.value;
}
