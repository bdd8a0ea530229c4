import { Parser, tokTypes } from "acorn";
import type { Token } from "acorn";
import { REPL_LIMITS } from "../limits.js";

/** What is being typed at the cursor; the text from `from` to `to` is to be replaced. */
export type CompletionTarget =
  | { readonly kind: "none" }
  /** A name by itself. `declared` are names that the text declares with keywords. */
  | {
      readonly kind: "name";
      readonly from: number;
      readonly to: number;
      readonly prefix: string;
      readonly declared: readonly string[];
    }
  /** A name behind a dot. */
  | { readonly kind: "member"; readonly from: number; readonly to: number; readonly prefix: string; readonly of: Path }
  /** The text in quotes, which `from` and `to` leave out; `of` where it is a name in brackets, as in `a["b`. */
  | {
      readonly kind: "string";
      readonly from: number;
      readonly to: number;
      readonly prefix: string;
      readonly quote: string;
      readonly isModule: boolean;
      readonly of: Path | undefined;
    };

/** A place in a value: where it begins, and names of properties. */
export interface Path {
  readonly root: PathRoot;
  readonly steps: readonly string[];
}

export type PathRoot =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "this" }
  /** What `require("…")` gives. */
  | { readonly kind: "module"; readonly specifier: string }
  /** An instance of what is at the path. */
  | { readonly kind: "instance"; readonly of: Path }
  /** A value of that kind, whatever it is. */
  | { readonly kind: "literal"; readonly value: unknown };

const NONE: CompletionTarget = { kind: "none" };

const NAME_REST = /^[\p{ID_Continue}$\u200c\u200d]*/u;
const SPECIFIER_REST = /^[\w./@#:-]*/;

/**
 * Finds what is being typed. The text may be incomplete and wrong: its tokens are read, no more.
 *
 * @param cursor where it stands in the text, in UTF-16 code units
 */
export function findCompletionTarget(source: string, cursor: number): CompletionTarget {
  const near = source.slice(Math.max(cursor - REPL_LIMITS.completionSourceCharacters, 0), cursor);
  const skipped = cursor <= REPL_LIMITS.completionSourceCharacters ? 0 : near.indexOf("\n") + 1;
  if (near.length < cursor && skipped === 0) return NONE;
  const text = near.slice(skipped);
  const start = cursor - text.length;
  const { tokens, failure } = tokenize(text);
  if (failure !== undefined) return findInString(source, start, cursor, tokens, text, failure);
  const last = tokens.at(-1);
  const isTyping = last !== undefined && last.end === text.length && isWord(last);
  const isOther = last?.type === tokTypes.num || last?.type === tokTypes.regexp || last?.type === tokTypes.privateId;
  if (isOther && last.end === text.length) return NONE;
  const before = isTyping ? tokens.slice(0, -1) : tokens;
  const prefix = isTyping ? text.slice(last.start) : "";
  const from = cursor - prefix.length;
  const to = cursor + (NAME_REST.exec(source.slice(cursor, cursor + 1_000))?.[0].length ?? 0);
  const previous = before.at(-1);
  if (isDot(previous)) {
    const of = readPath(text, before, before.length - 2)?.path;
    return of === undefined ? NONE : { kind: "member", from, to, prefix, of };
  }
  if (isDeclaring(previous)) return NONE;
  return { kind: "name", from, to, prefix, declared: findDeclared(text, before) };
}

/** Why the tokens end before the text does. */
interface Failure {
  readonly message: string;
  readonly pos: number;
}

function tokenize(text: string): { tokens: Token[]; failure: Failure | undefined } {
  const tokens: Token[] = [];
  let endsInComment = false;
  const onComment = (isBlock: boolean, _text: string, _start: number, end: number): void => {
    endsInComment = !isBlock && end === text.length;
  };
  try {
    const tokenizer = Parser.tokenizer(text, { ecmaVersion: "latest", allowHashBang: true, onComment });
    for (const token of tokenizer) tokens.push(token);
    return { tokens, failure: endsInComment ? { message: "comment", pos: text.length } : undefined };
  } catch (error) {
    const { message, pos } = error as SyntaxError & { pos?: number };
    return { tokens, failure: { message, pos: pos ?? text.length } };
  }
}

function findInString(
  source: string,
  start: number,
  cursor: number,
  tokens: readonly Token[],
  text: string,
  { message, pos }: Failure,
): CompletionTarget {
  const quote = text[pos] ?? "";
  const content = text.slice(pos + 1);
  if (!message.startsWith("Unterminated string") || content.includes("\\")) return NONE;
  const rest = SPECIFIER_REST.exec(source.slice(cursor, cursor + 1_000))?.[0] ?? "";
  const to = source[cursor + rest.length] === quote ? cursor + rest.length : cursor;
  const found = { kind: "string", from: start + pos + 1, to, prefix: content, quote } as const;
  const isElement = tokens.at(-1)?.type === tokTypes.bracketL;
  const of = isElement ? readPath(text, tokens, tokens.length - 2)?.path : undefined;
  return { ...found, isModule: isSpecifier(text, tokens), of };
}

/** Whether what follows is the name of a module: behind `import`, `import(`, `require(`, `require.resolve(` or `from`. */
function isSpecifier(text: string, tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  if (last?.type === tokTypes._import) return true;
  if (last === undefined) return false;
  const word = text.slice(last.start, last.end);
  if (last.type === tokTypes.name) {
    const before = tokens.at(-2)?.type;
    return word === "from" && (before === tokTypes.braceR || before === tokTypes.name || before === tokTypes._default);
  }
  if (last.type !== tokTypes.parenL) return false;
  const callee = tokens.at(-2);
  if (callee?.type === tokTypes._import) return true;
  if (callee?.type !== tokTypes.name) return false;
  const name = text.slice(callee.start, callee.end);
  if (name === "require") return !isDot(tokens.at(-3));
  const object = tokens.at(-4);
  return (
    name === "resolve" &&
    isDot(tokens.at(-3)) &&
    object !== undefined &&
    text.slice(object.start, object.end) === "require"
  );
}

function isWord({ type }: Token): boolean {
  return type === tokTypes.name || type.keyword !== undefined;
}

function isDot(token: Token | undefined): boolean {
  return token?.type === tokTypes.dot || token?.type === tokTypes.questionDot;
}

/** Behind these words a new name is given. */
function isDeclaring(token: Token | undefined): boolean {
  const type = token?.type;
  return type === tokTypes._const || type === tokTypes._var || type === tokTypes._function || type === tokTypes._class;
}

/** Names behind the words that declare, wherever they stand. */
function findDeclared(text: string, tokens: readonly Token[]): string[] {
  const names = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    if (token.type !== tokTypes.name || before === undefined) continue;
    const isLet = before.type === tokTypes.name && text.slice(before.start, before.end) === "let";
    if (isLet || isDeclaring(before)) names.add(text.slice(token.start, token.end));
  }
  return [...names];
}

/** A path, and the token with which it begins. */
interface ReadPath {
  readonly path: Path;
  readonly start: number;
}

/** Reads backwards from the last token of a path. @param parts that it may have */
function readPath(
  text: string,
  tokens: readonly Token[],
  last: number,
  parts: number = REPL_LIMITS.pathParts,
): ReadPath | undefined {
  const token = tokens[last];
  if (token === undefined || parts === 0) return undefined;
  const before = tokens[last - 1];
  if (isWord(token)) {
    const word = text.slice(token.start, token.end);
    if (isDot(before)) return addStep(readPath(text, tokens, last - 2, parts - 1), word);
    if (token.type === tokTypes._this) return { path: { root: { kind: "this" }, steps: [] }, start: last };
    if (token.type !== tokTypes.name) return undefined;
    return { path: { root: { kind: "name", name: word }, steps: [] }, start: last };
  }
  if (token.type === tokTypes.bracketR) return readBrackets(text, tokens, last, parts);
  if (token.type === tokTypes.parenR) return readParentheses(text, tokens, last, parts);
  const literal = readLiteral(token);
  return literal && { path: { root: { kind: "literal", value: literal.value }, steps: [] }, start: last };
}

function addStep(read: ReadPath | undefined, ...steps: readonly string[]): ReadPath | undefined {
  if (read === undefined) return undefined;
  return { path: { root: read.path.root, steps: [...read.path.steps, ...steps] }, start: read.start };
}

/** Stands for a value of its kind. Of a template only the end is seen. */
function readLiteral({ type }: Token): { readonly value: unknown } | undefined {
  if (type === tokTypes.string || type === tokTypes.backQuote) return { value: "" };
  if (type === tokTypes.num) return { value: 0 };
  if (type === tokTypes.regexp) return { value: /(?:)/ };
  return undefined;
}

/** `a["b"]` and `a[0]`, or an array. */
function readBrackets(text: string, tokens: readonly Token[], last: number, parts: number): ReadPath | undefined {
  const open = findOpening(tokens, last);
  if (open === undefined) return undefined;
  const before = tokens[open - 1];
  const owner = before?.type === tokTypes.questionDot ? open - 2 : before && isEnd(before) ? open - 1 : -1;
  if (owner < 0) return { path: { root: { kind: "literal", value: [] }, steps: [] }, start: open };
  const key = tokens[open + 1];
  if (open + 2 !== last || key === undefined) return undefined;
  if (key.type !== tokTypes.string && key.type !== tokTypes.num) return undefined;
  return addStep(readPath(text, tokens, owner, parts - 1), String((key as { value?: unknown }).value));
}

/** `require("fs")`, `new Map(…)`, or something in parentheses. */
function readParentheses(text: string, tokens: readonly Token[], last: number, parts: number): ReadPath | undefined {
  const open = findOpening(tokens, last);
  if (open === undefined) return undefined;
  const before = tokens[open - 1];
  if (before === undefined || !isEnd(before)) {
    const inner = readPath(text, tokens, last - 1, parts - 1);
    if (inner === undefined) return undefined;
    // `(await x)` is not x, nor is `(a, b)` b for certain.
    return inner.start === open + 1 ? { path: inner.path, start: open } : undefined;
  }
  const callee = readPath(text, tokens, open - 1, parts - 1);
  if (callee === undefined) return undefined;
  const { root, steps } = callee.path;
  if (tokens[callee.start - 1]?.type === tokTypes._new) {
    return { path: { root: { kind: "instance", of: callee.path }, steps: [] }, start: callee.start - 1 };
  }
  const argument = tokens[open + 1];
  const isRequire = root.kind === "name" && root.name === "require" && steps.length === 0;
  if (!isRequire || argument?.type !== tokTypes.string || open + 2 !== last) return undefined;
  const specifier = String((argument as { value?: unknown }).value);
  return { path: { root: { kind: "module", specifier }, steps: [] }, start: callee.start };
}

/** Whether a value can end with the token, so that a bracket behind it belongs to the value. */
function isEnd(token: Token): boolean {
  const { type } = token;
  return (
    type === tokTypes.name ||
    type === tokTypes._this ||
    type === tokTypes.bracketR ||
    type === tokTypes.parenR ||
    type === tokTypes.string ||
    type === tokTypes.backQuote
  );
}

function findOpening(tokens: readonly Token[], last: number): number | undefined {
  let depth = 0;
  for (let index = last; index >= 0; index -= 1) {
    const type = tokens[index]?.type;
    if (type === tokTypes.bracketR || type === tokTypes.parenR || type === tokTypes.braceR) depth += 1;
    else if (
      type === tokTypes.bracketL ||
      type === tokTypes.parenL ||
      type === tokTypes.braceL ||
      type === tokTypes.dollarBraceL
    )
      depth -= 1;
    if (depth === 0) return index;
  }
  return undefined;
}
