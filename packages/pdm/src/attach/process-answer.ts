import { ATTACH_LIMITS } from "../limits.js";

// What a process says over its inspector, it may have made up: nothing of it has a type before it was looked at.

/** The fields of what a process says; none where that is no object. */
export function readFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** What moves a cursor, breaks a line, changes the direction of writing, or is half a character. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What a process says, for people and scripts: on one line, bounded, with control characters written out as in `\u{1b}`. */
export function showText(value: unknown): string {
  const text = typeof value === "string" ? value : `(no text, but ${value === null ? "null" : typeof value})`;
  const bounded = text.slice(0, ATTACH_LIMITS.shownCharacters);
  const shown = bounded.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return bounded.length < text.length ? `${shown}…` : shown;
}
