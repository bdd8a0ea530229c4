import { isTooDeep } from "./type-nesting.js";

/** What TypeScript has and JavaScript does not, roughly: at the most a text is tried in vain. */
const SIGNS: readonly RegExp[] = [
  /\b(?:interface|type|enum|namespace|module|declare|abstract|private|public|protected|readonly|override|implements)\s+[\w$#{]/,
  /\b(?:as|satisfies)\s+[\w$"'`{[(]/,
  // Types of variables, parameters, results, fields.
  /\b(?:let|const|var)\s+[\w$]+\s*!?\s*:/,
  /\((?:\s*[\w$]+\s*,)*\s*(?:\.{3})?[\w$]+\s*\??\s*:/,
  /[)}\]]\s*\??\s*:\s*[\w$<{[("'`]/,
  /\bclass\b[^]{0,10000}?[\w$]\s*[?!]?:\s*[\w$<{[("'`]/,
  // Arguments for types, and a value that is not null.
  /[\w$]\s*<[\w$\s,.|&<>[\]{}'"?:=]+>\s*[(`]/,
  /(?:^|[=(,])\s*<[\w$][^>]{0,1000}>\s*\(/,
  /[\w$)\]]!(?!=)/,
];

/** The text of TypeScript without its types; spaces stand in their place. */
export type StrippedText =
  | { readonly kind: "stripped"; readonly text: string }
  /** This Node cannot do it. */
  | { readonly kind: "unavailable" }
  | { readonly kind: "refused"; readonly reason: string; readonly atEnd: boolean };

/** Whether a text that is no JavaScript may be TypeScript. */
export function resemblesTypeScript(source: string): boolean {
  return SIGNS.some((sign) => sign.test(source));
}

/**
 * Takes the types out of a command. To be asked of texts only that resemble TypeScript: the first time takes 150 ms and 20 MB, since Node
 * loads its own compiler.
 */
export function stripTypes(source: string): StrippedText {
  const statements = strip(source);
  if (statements.kind !== "refused") return statements;
  // `{ a: 1 } as Stock` is an expression, as `{ a: 1 }` is.
  const expression = strip(`(${source}\n)`);
  return expression.kind === "stripped" ? { kind: "stripped", text: expression.text.slice(1, -2) } : statements;
}

type Stripper = (code: string) => string;

function strip(source: string): StrippedText {
  const { stripTypeScriptTypes } = process.getBuiltinModule("node:module") as { stripTypeScriptTypes?: Stripper };
  if (stripTypeScriptTypes === undefined) return { kind: "unavailable" };
  if (isTooDeep(source)) return { kind: "refused", reason: "It is nested too deeply for TypeScript", atEnd: false };
  try {
    return { kind: "stripped", text: withoutWarning(() => stripTypeScriptTypes(source)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      kind: "refused",
      reason,
      atEnd: /^Unexpected eof|got '?<eof>|^Unterminated (?:template|block comment)/.test(reason),
    };
  }
}

let hasWarned = false;

/** Node warns the first time that this is experimental, which is no concern of the service whose log would have it. */
function withoutWarning(call: () => string): string {
  if (hasWarned) return call();
  const emitWarning = Reflect.get(process, "emitWarning") as (...args: unknown[]) => void;
  const quiet = (...args: unknown[]): void => {
    if (args[1] !== "ExperimentalWarning") Reflect.apply(emitWarning, process, args);
  };
  // Node asks by this name, at once.
  if (!Reflect.set(process, "emitWarning", quiet)) return call();
  try {
    const text = call();
    hasWarned = true;
    return text;
  } finally {
    Reflect.set(process, "emitWarning", emitWarning);
  }
}
