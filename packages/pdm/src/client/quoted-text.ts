/**
 * What drives a terminal or turns text around beside what `JSON.stringify` escapes: DEL, C1, and the controls of writing direction.
 */
const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The first characters of what the other side sent, as a JSON string that is safe to show on a terminal. */
export function quoteText(text: string, maxCharacters: number): string {
  return escapeUnsafe(JSON.stringify(text.slice(0, maxCharacters)));
}

/** The text with each such character written as `\uXXXX`. */
export function escapeUnsafe(text: string): string {
  return text.replaceAll(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** What the other side said, as it can be shown: its first characters, with control characters as escapes. */
export function showText(text: string, maxCharacters: number): string {
  const cut = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
  const printable = cut.replaceAll(/[\p{Cc}\p{Cs}]/gu, (control) =>
    control === "\n" ? control : JSON.stringify(control).slice(1, -1),
  );
  return escapeUnsafe(printable);
}
