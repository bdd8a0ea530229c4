import { Parser } from "acorn";
import type { Options, Token } from "acorn";
import { isAcornError } from "./command-parser.js";
import type { SourceToken, SourceTokens, TokenKind } from "./source-tokens.js";

/** Places that make no sense to the tokenizer before it gives up: the rest stays plain. */
const MAX_ERRORS = 32;

const OPENING = new Set(["{", "(", "[", "${"]);
const CLOSING = new Set(["}", ")", "]"]);
const CONSTANTS = new Set(["true", "false", "null", "undefined", "NaN", "Infinity", "this", "super"]);
/** Names to the tokenizer, words of the language to a reader. */
const WORDS = new Set(["async", "await", "let", "static", "yield"]);

/**
 * Reads code that may be unfinished or wrong. What makes no sense is left out.
 *
 * Whether a slash divides is told by what stands before it, as the parser's tokenizer does by itself: in rare places it is wrong.
 */
export function tokenizeSource(source: string): SourceTokens {
  const reading = new Reading(source);
  let from = 0;
  for (let errors = 0; errors < MAX_ERRORS && from < source.length; errors += 1) from = reading.readFrom(from);
  return reading.finish();
}

class Reading {
  readonly #source: string;
  readonly #tokens: SourceToken[] = [];
  readonly #open: number[] = [];
  #inside: SourceTokens["inside"];

  constructor(source: string) {
    this.#source = source;
  }

  /** @returns where to read on: the end, or behind what cannot be read */
  readFrom(from: number): number {
    const options: Options = {
      ecmaVersion: "latest",
      allowHashBang: from === 0,
      onComment: (_isBlock, _text, start, end) => this.#add("comment", start, end),
    };
    try {
      for (const token of startTokenizer(options, this.#source, from)) this.#accept(token);
      return this.#source.length;
    } catch (error) {
      if (!isAcornError(error)) throw error;
      return this.#pass(error.message, error.pos);
    }
  }

  finish(): SourceTokens {
    return {
      tokens: this.#tokens.toSorted((one, other) => one.start - other.start),
      open: this.#open,
      inside: this.#inside,
    };
  }

  #accept(token: Token): void {
    const { type, start, end } = token;
    const { value } = token as { value?: unknown };
    const { label } = type;
    if (OPENING.has(label)) this.#open.push(start);
    else if (CLOSING.has(label)) this.#open.pop();
    this.#add(nameKind(label, type.keyword, value), start, end);
  }

  #pass(message: string, pos: number): number {
    const { length } = this.#source;
    if (message.startsWith("Unterminated template")) {
      this.#add("string", pos, length);
      this.#inside = "template";
      return length;
    }
    if (message.startsWith("Unterminated comment")) {
      this.#add("comment", pos, length);
      this.#inside = "comment";
      return length;
    }
    if (!message.startsWith("Unterminated string")) return pos + 1;
    const lineEnd = this.#source.indexOf("\n", pos);
    const end = lineEnd === -1 ? length : lineEnd;
    this.#add("string", pos, end);
    return end;
  }

  #add(kind: TokenKind, start: number, end: number): void {
    if (end > start) this.#tokens.push({ kind, start, end });
  }
}

function startTokenizer(options: Options, source: string, from: number): Iterable<Token> {
  // The types leave out that a parser is a tokenizer, and where it begins.
  const Tokenizer = Parser as unknown as new (options: Options, source: string, from: number) => Iterable<Token>;
  return new Tokenizer(options, source, from);
}

function nameKind(label: string, keyword: string | undefined, value: unknown): TokenKind {
  if (label === "num") return "number";
  if (label === "string" || label === "template" || label === "invalidTemplate" || label === "`") return "string";
  if (label === "regexp") return "regexp";
  const word = keyword ?? value;
  if (typeof word === "string" && CONSTANTS.has(word)) return "constant";
  if (keyword !== undefined || (label === "name" && WORDS.has(String(value)))) return "keyword";
  return label === "name" || label === "privateId" ? "name" : "sign";
}
