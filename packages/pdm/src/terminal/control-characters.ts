// Unicode's control characters (C0, DEL, and C1, which terminals also take for the start of a sequence) but tab and line feed.
const CONTROL = /[^\P{Cc}\t\n]/gu;

/**
 * The text with each control character but tab and line feed written out, as in `\x1b[2J`.
 *
 * Whoever controls data inside a service could otherwise drive the terminal of the operator who looks at it.
 */
export function showControlCharacters(text: string): string {
  return text.replace(CONTROL, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
