import { Parser, tokTypes } from "acorn";
import type { Options, Token, TokenType } from "acorn";

/** Brackets within each other, those of types included. */
const MOST_BRACKETS = 200;

/** Tokens of one piece of code, without those in braces within it: such as the operators of one expression, or branches that follow one another. */
const MOST_TOKENS = 2_000;

/** Places that make no sense to the tokenizer before the text is taken to be too deep. */
const MOST_ERRORS = 32;

const OPENING: ReadonlySet<TokenType> = new Set([
  tokTypes.braceL,
  tokTypes.bracketL,
  tokTypes.parenL,
  tokTypes.dollarBraceL,
]);
const CLOSING: ReadonlySet<TokenType> = new Set([tokTypes.braceR, tokTypes.bracketR, tokTypes.parenR]);

/**
 * Whether Node's own compiler might run out of stack with the text. It may not be tried: it never recovers from that, so that the service
 * itself could load no TypeScript any more.
 */
export function isTooDeep(source: string): boolean {
  const depth = new Depth(source);
  let from = 0;
  for (let errors = 0; errors < MOST_ERRORS; errors += 1) {
    const end = depth.readFrom(from);
    if (depth.isTooDeep || end === undefined) return depth.isTooDeep;
    from = end;
  }
  return true;
}

/** How deep a text goes, roughly: less than the compiler's own count, in no case. */
class Depth {
  readonly #source: string;
  /** With the tokens of the piece around it, so far. */
  readonly #open: { readonly type: TokenType; readonly tokens: number }[] = [];
  #angles = 0;
  #tokens = 0;
  #isEnding = false;
  isTooDeep = false;

  constructor(source: string) {
    this.#source = source;
  }

  /** @returns where to read on; undefined at the end */
  readFrom(from: number): number | undefined {
    // The types leave out that a parser is a tokenizer, and where it begins.
    const Tokenizer = Parser as unknown as new (options: Options, source: string, from: number) => Iterable<Token>;
    try {
      for (const token of new Tokenizer({ ecmaVersion: "latest" }, this.#source, from)) {
        this.#count(token);
        if (this.isTooDeep) break;
      }
      return undefined;
    } catch (error) {
      const { pos = this.#source.length } = error as { pos?: number };
      // What is inside of a text that never ends does not count.
      return /^Unterminated (?:template|comment)/u.test((error as Error).message) ? undefined : pos + 1;
    }
  }

  #count({ type, start, end }: Token): void {
    // `if (a) b; else …` goes on.
    if (this.#isEnding && type !== tokTypes._else) this.#tokens = 0;
    this.#tokens += 1;
    if (OPENING.has(type)) this.#open.push({ type, tokens: this.#tokens });
    else if (CLOSING.has(type)) this.#close();
    else if (type === tokTypes.relational || type === tokTypes.bitShift)
      this.#countAngles(this.#source.slice(start, end));
    // Those in the head of a loop end nothing.
    const isEnd = type === tokTypes.semi && this.#open.at(-1)?.type !== tokTypes.parenL;
    if (isEnd) this.#angles = 0;
    this.#isEnding = isEnd || type === tokTypes.comma || type === tokTypes.braceL || type === tokTypes.braceR;
    this.isTooDeep = this.#open.length + this.#angles > MOST_BRACKETS || this.#tokens > MOST_TOKENS;
  }

  #close(): void {
    const { type, tokens } = this.#open.pop() ?? { type: undefined, tokens: 0 };
    if (type === tokTypes.braceL) this.#tokens = tokens + 1;
  }

  #countAngles(text: string): void {
    for (const sign of text) {
      if (sign === "<") this.#angles += 1;
      else if (sign === ">") this.#angles = Math.max(0, this.#angles - 1);
    }
  }
}
