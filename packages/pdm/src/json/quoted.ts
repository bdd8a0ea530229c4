/** A text that needs no escape, and whose characters are a byte each in UTF-8. */
const SIMPLE = /^[ !#-[\]-~]*$/;
/** Up to here looking at each character is faster than the expression, and up to there that is faster than V8's own quoting. */
const VERY_SHORT = 8;
const SHORT = 256;
/** UTF-16 code units that are looked at together where a text may not fit. */
const PIECE = 4_096;

/** A text as JSON has it. */
export interface Quoted {
  readonly text: string;
  /** Its length in UTF-8. */
  readonly bytes: number;
}

/** Whether a text is itself between the quotes, a byte for each character. False for a long one, which is not looked at. */
export function isSimple(text: string): boolean {
  const { length } = text;
  if (length > VERY_SHORT) return length <= SHORT && SIMPLE.test(text);
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

/** Quotes a text; lone surrogates become escapes, so that they survive UTF-8. */
export function quote(text: string): Quoted {
  if (isSimple(text)) return { text: `"${text}"`, bytes: text.length + 2 };
  const quoted = JSON.stringify(text);
  return { text: quoted, bytes: Buffer.byteLength(quoted) };
}

/** As much of a text as its quoted form has room for, in bytes; a surrogate pair is not split. */
export function quotePart(text: string, room: number): Quoted & { taken: number } {
  let quoted = "";
  let bytes = 2;
  let taken = 0;
  for (let size = PIECE; size > 0 && taken < text.length;) {
    const end = splitBefore(text, taken + size);
    const piece = quote(text.slice(taken, end));
    if (bytes + piece.bytes - 2 <= room) {
      quoted += piece.text.slice(1, -1);
      bytes += piece.bytes - 2;
      taken = end;
    } else size >>= 1;
  }
  return { text: `"${quoted}"`, bytes, taken };
}

/** The end of a piece; one unit further where it would split a pair. */
function splitBefore(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const isPair = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return isPair ? end + 1 : end;
}
