import { VALUE_DIGITS, VALUE_REGEXP_CHARACTERS } from "../limits.js";
import { elementBytes, fromBase64, makeBinary } from "./binary.js";
import { Placeholder } from "./placeholder.js";

/** What reads a form that has no parts of its own. */
export interface FormReader {
  /** Throws a JsonValueError that says where it is and what the mark needs. */
  refuse(mark: string, expected: string): never;
  /** Adds memory that a value takes besides what each form is charged for. */
  charge(bytes: number): void;
  /** Throws a JsonValueError where the value has taken too long. Before work whose time grows faster than the text. */
  watchTime(): void;
}

const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

const ISO_DATE = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

type ReadScalar = (content: unknown, reader: FormReader) => unknown;

/** The forms without parts, by their marks. */
export const SCALARS: ReadonlyMap<string, ReadScalar> = new Map<string, ReadScalar>([
  ["$number", (content, reader) => NUMBERS.get(content) ?? reader.refuse("$number", "NaN, Infinity, -Infinity or -0")],
  ["$bigint", readBigint],
  ["$undefined", (content, reader) => (content === true ? undefined : reader.refuse("$undefined", "true"))],
  ["$date", readDate],
  ["$bytes", (content, reader) => readBytes("$bytes", content, 1, reader)],
  ["$typed", readTyped],
  ["$regexp", readRegExp],
  ["$function", (content, reader) => readPlaceholder("function", content, reader)],
  ["$symbol", (content, reader) => readPlaceholder("symbol", content, reader)],
]);

/** Whether a value is a whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readBigint(content: unknown, reader: FormReader): bigint {
  if (typeof content !== "string" || content.length > VALUE_DIGITS + 1 || !/^(?:0|-?[1-9]\d*)$/.test(content)) {
    return reader.refuse("$bigint", `at most ${VALUE_DIGITS} digits in a string`);
  }
  return BigInt(content);
}

function readDate(content: unknown, reader: FormReader): Date {
  if (content === null) return new Date(Number.NaN);
  const date = typeof content === "string" && ISO_DATE.test(content) ? new Date(content) : undefined;
  if (date !== undefined && !Number.isNaN(date.getTime())) return date;
  return reader.refuse("$date", "a date and time of ISO 8601, or null");
}

/** Bytes in base64 that are whole elements of such a size. */
export function readBytes(mark: string, content: unknown, size: number, reader: FormReader): Uint8Array<ArrayBuffer> {
  const bytes = typeof content === "string" ? fromBase64(content, size) : undefined;
  if (bytes === undefined) return reader.refuse(mark, "base64 of whole elements, with its padding");
  reader.charge(bytes.length);
  return bytes;
}

function readTyped(content: unknown, reader: FormReader): object {
  const [className, text] = readPair(content);
  const size = typeof className === "string" ? elementBytes(className) : undefined;
  if (size === undefined) return reader.refuse("$typed", "the name of a typed array and its bytes");
  const binary = makeBinary(className as string, readBytes("$typed", text, size, reader));
  return binary ?? reader.refuse("$typed", `a class of this version of Node.js, not ${String(className)}`);
}

function readRegExp(content: unknown, reader: FormReader): RegExp {
  const [source, flags] = readPair(content);
  if (typeof source !== "string" || typeof flags !== "string") return reader.refuse("$regexp", "[source, flags]");
  if (source.length > VALUE_REGEXP_CHARACTERS) {
    return reader.refuse("$regexp", `a source of at most ${VALUE_REGEXP_CHARACTERS} characters`);
  }
  reader.charge(source.length * 2);
  // V8 looks up each class of Unicode when the expression is made: tens of microseconds for a few characters.
  reader.watchTime();
  try {
    return new RegExp(source, flags);
  } catch {
    return reader.refuse("$regexp", "what this version of Node.js reads");
  }
}

function readPair(content: unknown): readonly unknown[] {
  return Array.isArray(content) && content.length === 2 ? content : [];
}

function readPlaceholder(kind: "function" | "symbol", content: unknown, reader: FormReader): Placeholder {
  return typeof content === "string" ? new Placeholder(kind, content) : reader.refuse(`$${kind}`, "a string");
}
