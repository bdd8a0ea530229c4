// Unicode's control characters (C0, DEL, and C1, which terminals also take for the start of a sequence) but tab and line feed.
// And the controls of writing direction, which can show a text in another order than it has.
const CONTROL = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

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
