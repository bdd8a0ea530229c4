/** What a piece of code is to the eye. A template's text is a `string`, and so are its marks. */
export type TokenKind = "keyword" | "constant" | "number" | "string" | "regexp" | "comment" | "name" | "sign";

/** A piece of code, by its offsets. */
export interface SourceToken {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** Code as one sees it: its pieces in order, without the white space between them. */
export interface SourceTokens {
  readonly tokens: readonly SourceToken[];
  /** Offsets of the brackets that nothing closes, outermost first. A template's `${` is one. */
  readonly open: readonly number[];
  /** What the text ends inside of. */
  readonly inside: "comment" | "template" | undefined;
}

export const NO_TOKENS: SourceTokens = { tokens: [], open: [], inside: undefined };
