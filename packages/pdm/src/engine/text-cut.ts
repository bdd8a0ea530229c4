/** Characters of the longest sequence that `util.inspect` writes, `ESC [ 3 8 m`, and then some. */
const MAX_SEQUENCE = 8;
const RESET = "\u001b[0m";

/**
 * The whole characters from the beginning of a text that fit into so many bytes of UTF-8, and a line that says what is missing. The line
 * comes on top of the bytes. Colours end where the text is cut.
 */
export function cutText(text: string, maxBytes: number): { text: string; isCut: boolean } {
  // No UTF-16 code unit takes more than three bytes.
  if (text.length * 3 <= maxBytes || (text.length <= maxBytes && Buffer.byteLength(text) <= maxBytes))
    return { text, isCut: false };
  const { read } = new TextEncoder().encodeInto(text, Buffer.allocUnsafe(maxBytes));
  const kept = text.slice(0, read);
  const end = beforeHalfSequence(kept);
  const reset = kept.includes("\u001b") ? RESET : "";
  return { text: `${kept.slice(0, end)}${reset}\n… ${text.length - end} more characters`, isCut: true };
}

/** Where a text ends when the half of an escape sequence at its end is left out. */
function beforeHalfSequence(text: string): number {
  const start = text.lastIndexOf("\u001b");
  if (start === -1) return text.length;
  return /^\[?\d*$/.test(text.slice(start + 1, start + MAX_SEQUENCE)) ? start : text.length;
}
