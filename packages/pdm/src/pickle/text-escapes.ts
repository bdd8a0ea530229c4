import { CodeUnits } from "./code-units.js";

const BACKSLASH = 0x5c;

/** What stands for a byte after a backslash, besides digits: `\n` and so on. */
const SIMPLE_ESCAPES: ReadonlyMap<number, number> = new Map(
  [
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
  ].map(([letter = "", meaning = ""]) => [letter.charCodeAt(0), meaning.charCodeAt(0)]),
);

/**
 * The bytes of a quoted Python 2 string literal (`'…'` or `"…"`), given as characters U+0000 to U+00FF.
 *
 * @returns undefined where the quotes do not match or an escape is not complete
 */
export function unquoteString(literal: string): Buffer | undefined {
  const quote = literal[0];
  if (literal.length < 2 || (quote !== "'" && quote !== '"') || literal.at(-1) !== quote) return undefined;
  const bytes = Buffer.from(literal.slice(1, -1), "latin1");
  // In place, since nothing is longer than what stands for it.
  let written = bytes.indexOf(BACKSLASH);
  if (written < 0) return bytes;
  let at = written;
  while (at < bytes.length) {
    const byte = bytes[at++] ?? 0;
    if (byte !== BACKSLASH) {
      bytes[written++] = byte;
      continue;
    }
    const letter = bytes[at++];
    if (letter === undefined) return undefined;
    const simple = SIMPLE_ESCAPES.get(letter);
    if (simple !== undefined) bytes[written++] = simple;
    else if (letter === 0x78) {
      const value = readHex(bytes, at, 2);
      if (value === undefined) return undefined;
      bytes[written++] = value;
      at += 2;
    } else if (isOctal(letter)) {
      let value = letter - 0x30;
      for (const end = at + 2; at < end && isOctal(bytes[at]); at++) value = value * 8 + (bytes[at] ?? 0) - 0x30;
      bytes[written++] = value & 0xff;
    } else if (letter !== 0x0a) {
      // An escape that Python does not know stands for itself, backslash included.
      bytes[written++] = BACKSLASH;
      bytes[written++] = letter;
    }
  }
  return bytes.subarray(0, written);
}

/**
 * The text of Python's `raw-unicode-escape`, given as characters U+0000 to U+00FF.
 *
 * @returns undefined where a `\u` or `\U` lacks digits or names no character
 */
export function decodeRawUnicodeEscape(escaped: string): string | undefined {
  if (!escaped.includes("\\")) return escaped;
  const bytes = Buffer.from(escaped, "latin1");
  const units = new CodeUnits(bytes.length);
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at++] ?? 0;
    const letter = byte === BACKSLASH ? bytes[at++] : undefined;
    const digits = letter === 0x75 ? 4 : letter === 0x55 ? 8 : 0;
    if (digits > 0) {
      const point = readHex(bytes, at, digits);
      if (point === undefined || point > 0x10ffff) return undefined;
      units.push(point);
      at += digits;
    } else {
      // Two backslashes stay two: the second begins no escape.
      units.push(byte);
      if (letter !== undefined) units.push(letter);
    }
  }
  return units.toString();
}

function isOctal(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37;
}

/** The value of so many hexadecimal digits; undefined where there are fewer. */
function readHex(bytes: Buffer, start: number, digits: number): number | undefined {
  let value = 0;
  for (let at = start; at < start + digits; at++) {
    const byte = bytes[at] ?? 0;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) value = value * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return undefined;
  }
  return value;
}
