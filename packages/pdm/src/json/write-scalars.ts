import { VALUE_DIGITS, VALUE_REGEXP_CHARACTERS } from "../limits.js";
import { binaryClass, bytesOf, elementBytes, toBase64 } from "./binary.js";
import type { Cut } from "./cut.js";
import { isSimple, quote, quotePart, type Quoted } from "./quoted.js";
import { formatCount, formatHandle, formatReason, ITEM_ROOM, type TextRoom } from "./text-room.js";

/** Characters of a name (a class's, a function's, a symbol's) that are written, and bytes that these may become. */
const MAX_NAME_CHARACTERS = 100;
const MAX_NAME_BYTES = 120;

/** Bytes that are whole elements of any typed array, and have no padding in base64. */
const BINARY_UNIT = 24;

/** Whether a number is one in JSON: it is finite, and not -0. */
export function isPlainNumber(value: number): boolean {
  return value === 0 ? 1 / value > 0 : value - value === 0;
}

export function writeNumber(room: TextRoom, value: number): string {
  if (isPlainNumber(value)) return room.take(String(value));
  return room.take(`{"$number":"${value === 0 ? "-0" : String(value)}"}`);
}

/** A string from a UTF-16 code unit on; as much of it as there is room for. */
export function writeString(room: TextRoom, value: string, from: number): string {
  const text = from === 0 ? value : value.slice(from);
  if (text.length + 2 <= room.bytes) {
    if (isSimple(text)) return room.take(`"${text}"`);
    // Not where the quoted text might become many times larger than what there is room for.
    if (text.length * 6 + 2 <= room.bytes) return room.takeQuoted(quote(text));
    const whole = quotePart(text, room.bytes);
    if (whole.taken === text.length) return room.takeQuoted(whole);
  }
  const part = quotePart(text, room.bytes - ITEM_ROOM);
  const handle = room.keep(value, from + part.taken);
  return writeTextMark(room, part, `,"left":${text.length - part.taken}${handle}`);
}

function writeTextMark(room: TextRoom, part: Quoted, end: string): string {
  return room.take('{"$cut":{"by":"bytes","text":') + room.takeQuoted(part) + room.take(`${end}}}`);
}

export function writeBigint(room: TextRoom, value: bigint): string {
  const maxDigits = Math.min(room.bytes - 16, VALUE_DIGITS);
  // More bits than so many digits can have: not even converted.
  if (BigInt.asIntN(maxDigits * 4, value) === value) {
    const digits = String(value);
    if (digits.length <= maxDigits) return room.take(`{"$bigint":"${digits}"}`);
  }
  return room.whole("bytes", "bigint", undefined, value);
}

/** What stands for a function or a symbol. */
export function writeNamed(room: TextRoom, mark: "$function" | "$symbol", name: string): string {
  return room.take(`{"${mark}":`) + room.takeQuoted(quoteShort(name)) + room.take("}");
}

/** A name that is for people to read, cut short. */
export function quoteShort(name: string): Quoted {
  const quoted = quote(name.slice(0, MAX_NAME_CHARACTERS));
  return quoted.bytes <= MAX_NAME_BYTES ? quoted : quotePart(name, MAX_NAME_BYTES);
}

export function writeDate(room: TextRoom, date: object): string {
  const time = Date.prototype.getTime.call(date);
  return room.take(`{"$date":${Number.isNaN(time) ? "null" : `"${new Date(time).toISOString()}"`}}`);
}

/** A regular expression; undefined where there is no room for it, or nobody would read it. */
export function writeRegExp(room: TextRoom, regexp: object): string | undefined {
  // By the built-in getters, whatever a subclass has.
  const source = Reflect.get(RegExp.prototype, "source", regexp);
  const flags = Reflect.get(RegExp.prototype, "flags", regexp);
  if (source.length > VALUE_REGEXP_CHARACTERS || source.length + flags.length + 19 > room.bytes) return undefined;
  const quoted = quote(source);
  if (quoted.bytes + flags.length + 17 > room.bytes) return undefined;
  return room.take('{"$regexp":[') + room.takeQuoted(quoted) + room.take(`,"${flags}"]}`);
}

/** Bytes, or a buffer or view of another class, from the element on that a byte is in; as much as there is room for. */
export function writeBinary(room: TextRoom, object: object, from: number): string {
  const className = binaryClass(object) ?? "Uint8Array";
  const size = elementBytes(className) ?? 1;
  const bytes = bytesOf(object);
  const rest = bytes.subarray(Math.floor(from / size) * size);
  const isTyped = className !== "Uint8Array";
  const opener = isTyped ? `{"$typed":["${className}","` : '{"$bytes":"';
  const closer = isTyped ? '"]}' : '"}';
  if (opener.length + closer.length + base64Length(rest.length) <= room.bytes) {
    return room.take(opener + toBase64(rest, size) + closer);
  }
  const taken = fitBinary(room);
  const handle = room.keep(object, bytes.length - rest.length + taken);
  const part = toBase64(rest.subarray(0, taken), size);
  return writeBinaryMark(room, isTyped ? className : undefined, part, `,"left":${rest.length - taken}${handle}`);
}

function writeBinaryMark(room: TextRoom, kind: string | undefined, part: string, end: string): string {
  const named = kind === undefined ? "" : `"kind":"${kind}",`;
  return room.take(`{"$cut":{"by":"bytes",${named}"bytes":"${part}"${end}}}`);
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Bytes for which there is room beside a mark. */
function fitBinary(room: TextRoom): number {
  return Math.max(Math.floor(((room.bytes - ITEM_ROOM) * 3) / 4 / BINARY_UNIT) * BINARY_UNIT, 0);
}

/** The mark of another text, as it was there; without a handle where its first part has to be cut once more. */
export function writeCut(room: TextRoom, cut: Cut): string {
  const { part, left = 0 } = cut;
  const kind = cut.kind !== undefined && /^[A-Za-z0-9]{1,20}$/.test(cut.kind) ? cut.kind : undefined;
  const handle = formatHandle(cut.handle);
  if (part === undefined) {
    const size = formatCount("size", cut.size);
    return room.take(`{"$cut":{"by":"${formatReason(cut.by)}","kind":"${kind ?? "object"}"${size}${handle}}}`);
  }
  const { length } = part;
  if (typeof part === "string") {
    const quoted = quotePart(part, room.bytes - ITEM_ROOM);
    const isWhole = quoted.taken === length;
    return writeTextMark(room, quoted, formatCount("left", left + length - quoted.taken) + (isWhole ? handle : ""));
  }
  const isWhole = base64Length(length) + ITEM_ROOM <= room.bytes;
  const taken = isWhole ? length : Math.min(fitBinary(room), length);
  const base64 = toBase64(bytesOf(part).subarray(0, taken), 1);
  return writeBinaryMark(room, kind, base64, formatCount("left", left + length - taken) + (isWhole ? handle : ""));
}
