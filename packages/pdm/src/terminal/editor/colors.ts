import type { SourceTokens } from "../../syntax/source-tokens.js";
import type { Span } from "./style.js";

/** The pieces of code that are not plain, in order. */
export function colorTokens({ tokens }: SourceTokens): Span[] {
  return tokens.flatMap(({ kind, start, end }) =>
    kind === "name" || kind === "sign" ? [] : [{ start, end, style: kind }],
  );
}
