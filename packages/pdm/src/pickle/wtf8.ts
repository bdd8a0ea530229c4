import { CodeUnits } from "./code-units.js";

/**
 * UTF-8 in which lone surrogates keep their three bytes (Python's `surrogatepass`, also called WTF-8).
 *
 * A high surrogate directly followed by a low one becomes the character that the two form: UTF-16 cannot tell them apart.
 *
 * @returns undefined where the bytes are no such UTF-8
 */
export function decodeWtf8(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString("utf8", start, end);
  // Only Node's replacement of something malformed, or a real U+FFFD, leaves one.
  return text.includes("\uFFFD") ? decodeSlowly(bytes, start, end, text.length) : text;
}

/** The same by hand; no more than `maxUnits` UTF-16 code units come out. */
function decodeSlowly(bytes: Buffer, start: number, end: number, maxUnits: number): string | undefined {
  const units = new CodeUnits(maxUnits);
  let at = start;
  while (at < end) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || at + length > end) return undefined;
    let point = length === 1 ? lead : lead & (0xff >> (length + 1));
    for (let next = at + 1; next < at + length; next++) {
      const byte = bytes[next] ?? 0;
      if ((byte & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (byte & 0x3f);
    }
    if ((length === 3 && point < 0x800) || (length === 4 && (point < 0x10000 || point > 0x10ffff))) return undefined;
    units.push(point);
    at += length;
  }
  return units.toString();
}

/** Bytes that {@link writeWtf8} needs for a text; Node's own count is right for lone surrogates too (three bytes each). */
export function wtf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** Writes a text as {@link decodeWtf8} reads it; the room must be there. Returns the position after it. */
export function writeWtf8(text: string, bytes: Buffer, at: number): number {
  const end = at + bytes.write(text, at, "utf8");
  if (end - at === text.length || !/[\ud800-\udfff]/u.test(text)) return end;
  // Node wrote U+FFFD, three bytes as well, for each lone surrogate: walk along and put the surrogate there.
  let position = at;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) {
      bytes[position + 1] = 0x80 | ((point >> 6) & 0x3f);
      bytes[position] = 0xed;
      bytes[position + 2] = 0x80 | (point & 0x3f);
    }
    position += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return end;
}
