const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/**
 * The bytes of a quoted Python 2 string literal (`'…'` or `"…"`), as characters U+0000 to U+00FF.
 *
 * @returns undefined where the quotes do not match or an escape is not complete
 */
export function unquoteString(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || (quote !== "'" && quote !== '"') || literal.at(-1) !== quote) return undefined;
  const inner = literal.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  let isValid = true;
  const text = inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]?))/g,
    (whole: string, hex?: string, octal?: string, other?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (other === "" || other === "x") isValid = false;
      if (other === "\n") return "";
      // An escape that Python does not know stands for itself, backslash included.
      return SIMPLE_ESCAPES.get(other ?? "") ?? whole;
    },
  );
  return isValid ? text : undefined;
}

/**
 * The text of Python's `raw-unicode-escape`, given as characters U+0000 to U+00FF.
 *
 * @returns undefined where a `\u` or `\U` lacks digits or names no character
 */
export function decodeRawUnicodeEscape(escaped: string): string | undefined {
  if (!escaped.includes("\\")) return escaped;
  let isValid = true;
  const text = escaped.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]?))/g,
    (whole: string, short?: string, long?: string, other?: string) => {
      const digits = short ?? long;
      if (digits === undefined) {
        if (other === "u" || other === "U") isValid = false;
        return whole;
      }
      const point = Number.parseInt(digits, 16);
      if (point > 0x10ffff) isValid = false;
      return isValid ? String.fromCodePoint(point) : "";
    },
  );
  return isValid ? text : undefined;
}
