import { ProtocolError } from "../errors.js";

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

/** The members of a JSON object; none of what is no object. */
export function asRecord(form: unknown): Readonly<Record<string, unknown>> {
  return typeof form === "object" && form !== null ? (form as Record<string, unknown>) : NOTHING;
}

/** @throws ProtocolError naming `what`, where it is no number that counts something */
export function readCount(form: unknown, what: string): number {
  if (typeof form === "number" && Number.isSafeInteger(form) && form >= 0) return form;
  throw new ProtocolError(`the other side sent no number for ${what}`);
}

/** @throws ProtocolError naming `what`, where it is no list */
export function readList(form: unknown, what: string): readonly unknown[] {
  if (Array.isArray(form)) return form as unknown[];
  throw new ProtocolError(`the other side sent no list of ${what}`);
}

/** @throws ProtocolError naming `what`, where it is no text */
export function readText(form: unknown, what: string): string {
  if (typeof form === "string") return form;
  throw new ProtocolError(`the other side sent no text for ${what}`);
}

/** @throws ProtocolError naming `what`, where it is no list of texts */
export function readTexts(form: unknown, what: string): readonly string[] {
  return Object.freeze(Array.from(readList(form, what), (text) => readText(text, what)));
}
