// Unicode's control characters (C0, DEL, and C1, which terminals also take for the start of a sequence) but tab and line feed.
// And the controls of writing direction, which can show a text in another order than it has.
const CONTROL = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The sequences of the colours and weights that `util.inspect` and our own styles use. None of them hides text or moves the cursor. */
// oxlint-disable-next-line no-control-regex
const COLOR = /(\u001b\[(?:(?:[0-4]|7|9|2[2-9]|3[0-79]|4[0-79]|9[0-7])(?:;(?=\d)|(?=m)))+m)/u;
const ANY_COLOR = new RegExp(COLOR, "gu");
const COLORS_OFF = "\u001B[0m";

/**
 * The text with each control character but tab and line feed written out, as in `\x1b[2J` or `\u202e`.
 *
 * Whoever controls data inside a service could otherwise drive the terminal of the operator who looks at it.
 */
export function showControlCharacters(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

/** The same, but text may be in colours, which end with it. */
export function showColoredText(text: string): string {
  if (!text.includes("\u001B")) return showControlCharacters(text);
  // Every second piece is one of the sequences.
  const pieces = text.split(COLOR);
  const shown = pieces.map((piece, index) => (index % 2 === 1 ? piece : showControlCharacters(piece))).join("");
  return pieces.length > 1 ? shown + COLORS_OFF : shown;
}

/** The same without colours. */
export function showPlainText(text: string): string {
  return showControlCharacters(text.replace(ANY_COLOR, ""));
}
