import { VALUE_DIGITS } from "../limits.js";
import { binaryClass, bytesOf, elementBytes, toBase64 } from "./binary.js";
import type { Cut, CutReason } from "./cut.js";
import { kindOf, readClassName, readFunctionName } from "./kinds.js";
import { marksOf } from "./marks.js";
import type { Placeholder } from "./placeholder.js";
import { isSimple, quote, quotePart, type Quoted } from "./quoted.js";
import { quoteName, quoteNameAt } from "./quoted-names.js";
import { type EncodeOptions, MIN_VALUE_BYTES } from "./value-limits.js";
import { type PartsKey, WrittenValues } from "./written-values.js";

/** Bytes that any value needs at the most where it does not fit: as a mark. Numbers, dates and names need no more either. */
const ITEM_ROOM = 144;
/** Bytes of a number that JSON has, at the most, and of a comma. */
const NUMBER_ROOM = 26;
/** Bytes from which on a container's beginning need not be looked at closely. */
const AMPLE_ROOM = 1_024;
/** Bytes that the end of a container needs at the most: the mark of what is missing, and brackets. */
const CLOSE_ROOM = 80;

/** Characters of a name (a class's, a function's, a symbol's) that are written, and bytes that these may become. */
const MAX_NAME_CHARACTERS = 100;
const MAX_NAME_BYTES = 120;

/** How the mark of a list's rest begins, alone or behind an item. */
const LIST_MARK = '{"$cut":';
const LIST_MARK_NEXT = ',{"$cut":';

const NONE: readonly unknown[] = [];

const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const readMapSize = readGetter(Map.prototype, "size") as (this: unknown) => number;
const readSetSize = readGetter(Set.prototype, "size") as (this: unknown) => number;
const readSource = readGetter(RegExp.prototype, "source") as (this: unknown) => string;
const readFlags = readGetter(RegExp.prototype, "flags") as (this: unknown) => string;
const readTime = Date.prototype.getTime;

function readGetter(prototype: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get;
}

/** How a container of entries by name is written. */
interface EntriesForm {
  readonly kind: "object" | "error";
  readonly opener: string;
  readonly closer: string;
  readonly partsKey: PartsKey;
}

const PLAIN: EntriesForm = { kind: "object", opener: "{", closer: "}", partsKey: "" };
const ERROR: EntriesForm = { kind: "error", opener: '{"$error":{', closer: "}}", partsKey: "$error" };

/**
 * Writes a value into one text. For one text.
 *
 * Before each value there is room for a mark in its place, and each open container has room for the mark of its rest: so
 * whatever does not fit is marked, and nothing that was written is taken back.
 */
export class ValueWriter {
  readonly #options: EncodeOptions;
  readonly #maxDepth: number;
  readonly #maxItems: number;
  readonly #written = new WrittenValues();
  /** Bytes left, without what the open containers need for their ends. */
  #room: number;
  /** Somebody gave all objects an enumerable property. */
  readonly #hasInherited: boolean;
  #depth = 0;

  constructor(options: EncodeOptions) {
    const { depth, items, bytes } = options.limits;
    this.#options = options;
    this.#maxDepth = depth;
    this.#maxItems = Math.max(items, 1);
    this.#room = Math.max(bytes, MIN_VALUE_BYTES);
    this.#hasInherited = hasEnumerable(Object.prototype);
  }

  /** The whole value. */
  writeRoot(value: unknown): string {
    const { openStream } = this.#options;
    // Parts that are plain are not looked at.
    if (openStream !== undefined && typeof value === "object" && value !== null) {
      const stream = this.#stream(value, -1, "");
      if (stream !== undefined) return stream;
    }
    return this.write(value, -1, "");
  }

  /** The value from an index on. Not replaced, since it may be what an object was replaced by. */
  writeRest(value: unknown, from: number): string {
    if (typeof value === "string") return this.#string(value, from);
    if (typeof value !== "object" || value === null) return this.write(value, -1, "");
    return this.#form(value, -1, "", from);
  }

  /** A value that stands at this step within the container of that index. */
  write(value: unknown, parent: number, step: string | number): string {
    switch (typeof value) {
      case "string":
        return this.#string(value, 0);
      case "number":
        return this.#number(value);
      case "boolean":
        return this.#take(value ? "true" : "false");
      case "undefined":
        return this.#take('{"$undefined":true}');
      case "bigint":
        return this.#bigint(value);
      case "symbol":
        return this.#named("$symbol", value.description ?? "");
      case "function":
        return this.#object(value, parent, step);
      case "object":
        return value === null ? this.#take("null") : this.#object(value, parent, step);
    }
  }

  /** Accounts for a text of ASCII that has room. */
  #take(text: string): string {
    this.#room -= text.length;
    return text;
  }

  #takeQuoted({ text, bytes }: Quoted): string {
    this.#room -= bytes;
    return text;
  }

  #number(value: number): string {
    if (isPlainNumber(value)) return this.#take(String(value));
    return this.#take(`{"$number":"${Object.is(value, -0) ? "-0" : String(value)}"}`);
  }

  #string(value: string, from: number): string {
    const text = from === 0 ? value : value.slice(from);
    if (text.length + 2 <= this.#room) {
      if (isSimple(text)) return this.#take(`"${text}"`);
      // Not where the quoted text might become many times larger than what there is room for.
      if (text.length * 6 <= this.#room) return this.#takeQuoted(quote(text));
      const whole = quotePart(text, this.#room);
      if (whole.taken === text.length) return this.#takeQuoted(whole);
    }
    const part = quotePart(text, this.#room - ITEM_ROOM);
    const handle = this.#keep(value, from + part.taken);
    this.#room -= part.bytes;
    return (
      this.#take('{"$cut":{"by":"bytes","text":') +
      part.text +
      this.#take(`,"left":${text.length - part.taken}${handle}}}`)
    );
  }

  #bigint(value: bigint): string {
    const maxDigits = Math.min(this.#room - 16, VALUE_DIGITS);
    // More bits than so many digits can have: not even converted.
    if (BigInt.asIntN(maxDigits * 4, value) === value) {
      const digits = String(value);
      if (digits.length <= maxDigits) return this.#take(`{"$bigint":"${digits}"}`);
    }
    return this.#whole("bytes", "bigint", undefined, value);
  }

  #named(key: "$function" | "$symbol", name: string): string {
    return this.#take(`{"${key}":`) + this.#takeQuoted(quoteShort(name)) + this.#take("}");
  }

  #object(object: object, parent: number, step: string | number): string {
    const known = this.#written.find(object);
    if (known >= 0) return this.#reference(known, object);
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype === Object.prototype) return this.#plainFields(object, parent, step);
    if (prototype === Array.prototype && Array.isArray(object)) return this.#array(object, parent, step, 0);
    const replacement = this.#options.replace?.(object);
    if (replacement !== undefined && replacement !== object)
      return this.#replacement(object, replacement, parent, step);
    return this.#stream(object, parent, step) ?? this.#form(object, parent, step, 0);
  }

  #replacement(object: object, replacement: unknown, parent: number, step: string | number): string {
    if (typeof replacement !== "object" || replacement === null) return this.write(replacement, parent, step);
    this.#written.alias(object, replacement);
    const known = this.#written.find(replacement);
    return known >= 0 ? this.#reference(known, replacement) : this.#form(replacement, parent, step, 0);
  }

  #stream(object: object, parent: number, step: string | number): string | undefined {
    const { openStream } = this.#options;
    if (
      openStream === undefined ||
      typeof (object as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] !== "function"
    ) {
      return undefined;
    }
    const stream = openStream(object as AsyncIterable<unknown>);
    if (stream === undefined) return undefined;
    this.#written.add(object, parent, step, "");
    return this.#take(`{"$stream":${stream}}`);
  }

  #reference(index: number, object: object): string {
    const pointer = this.#written.pointerTo(index, this.#room);
    if (pointer !== undefined) {
      const { text, bytes } = quote(pointer);
      if (bytes + 9 <= this.#room) {
        this.#room -= bytes + 9;
        return `{"$ref":${text}}`;
      }
    }
    return this.#whole("bytes", cutKind(object), undefined, object);
  }

  /** An object in its form, from an item, entry or byte on. */
  #form(object: object, parent: number, step: string | number, from: number): string {
    if (typeof object === "function") return this.#named("$function", readFunctionName(object));
    const kind = kindOf(object);
    switch (kind) {
      case "array":
        return this.#array(object as unknown[], parent, step, from);
      case "object":
        return this.#fields(object, parent, step, from);
      case "instance":
        return this.#instance(object, parent, step, from);
      case "map":
        return this.#map(object as Map<unknown, unknown>, parent, step, from);
      case "set":
        return this.#set(object as Set<unknown>, parent, step, from);
      case "error":
        return this.#error(object as Error, parent, step, from);
      case "binary":
        return this.#binary(object, parent, step, from);
      case "date": {
        this.#written.add(object, parent, step, "");
        const time = readTime.call(object as Date);
        return this.#take(`{"$date":${Number.isNaN(time) ? "null" : `"${new Date(time).toISOString()}"`}}`);
      }
      case "regexp":
        return this.#regexp(object, parent, step);
      case "boxed":
        return this.write((object as { valueOf(): unknown }).valueOf(), parent, step);
      case "cut":
        return this.#cut(object as Cut);
      case "placeholder": {
        const placeholder = object as Placeholder;
        return this.#named(placeholder.kind === "function" ? "$function" : "$symbol", placeholder.name);
      }
    }
  }

  #array(array: readonly unknown[], parent: number, step: string | number, from: number): string {
    const length = countItems(array.length);
    const known = marksOf(array)?.cut as Cut | undefined;
    const left = length - from;
    if (left <= 0 && known === undefined) return this.#take("[]");
    const refused = this.#refuse(1, left);
    if (refused !== undefined) return this.#whole(refused, "array", left, array, from);
    const index = this.#addRoot(array, parent, step, "", from);
    this.#open(1);
    const end = Math.min(length, from + this.#maxItems);
    let text = "[";
    let numbers: number[] = [];
    let at = from;
    for (; at < end; at++) {
      if (this.#room <= ITEM_ROOM + NUMBER_ROOM * numbers.length) {
        text += this.#numbers(numbers, at > from + numbers.length);
        numbers = [];
        if (this.#room <= ITEM_ROOM) break;
      }
      const item = array[at];
      if (typeof item === "number" && isPlainNumber(item)) {
        numbers.push(item);
        continue;
      }
      if (numbers.length > 0) {
        text += this.#numbers(numbers, at > from + numbers.length);
        numbers = [];
      }
      if (at > from) text += this.#take(",");
      text += this.write(item, index, at - from);
    }
    text += this.#numbers(numbers, at > from + numbers.length);
    return text + this.#close(at > from ? LIST_MARK_NEXT : LIST_MARK, "}", "]", array, at, length, end, known);
  }

  /** Items of an array, behind others or as the first; many together are written much more quickly than one by one. */
  #numbers(numbers: readonly number[], isNext: boolean): string {
    if (numbers.length === 0) return "";
    // Somebody may have given all arrays a toJSON, which is not to run.
    const isFew = numbers.length < 4 || (numbers as { toJSON?: unknown }).toJSON !== undefined;
    const text = isFew ? numbers.join(",") : JSON.stringify(numbers).slice(1, -1);
    return this.#take(isNext ? `,${text}` : text);
  }

  #set(set: Set<unknown>, parent: number, step: string | number, from: number): string {
    return this.#collection(set, setValues.call(set), "set", countItems(readSetSize.call(set)), parent, step, from);
  }

  #map(map: Map<unknown, unknown>, parent: number, step: string | number, from: number): string {
    return this.#collection(map, mapEntries.call(map), "map", countItems(readMapSize.call(map)), parent, step, from);
  }

  #collection(
    object: object,
    iterator: Iterator<unknown>,
    kind: "map" | "set",
    size: number,
    parent: number,
    step: string | number,
    from: number,
  ): string {
    const opener = kind === "map" ? '{"$map":[' : '{"$set":[';
    const known = marksOf(object)?.cut as Cut | undefined;
    const left = size - from;
    if (left <= 0 && known === undefined) return this.#take(`${opener}]}`);
    const refused = this.#refuse(opener.length, left);
    if (refused !== undefined) return this.#whole(refused, kind, left, object, from);
    const index = this.#addRoot(object, parent, step, kind === "map" ? "$map" : "$set", from);
    this.#open(opener.length);
    for (let skipped = 0; skipped < from; skipped++) iterator.next();
    const end = Math.min(size, from + this.#maxItems);
    const itemRoom = kind === "map" ? ITEM_ROOM * 2 + 4 : ITEM_ROOM;
    let text = opener;
    let at = from;
    for (; at < end && this.#room > itemRoom; at++) {
      const { done, value } = iterator.next();
      // What its own getters deleted meanwhile is not there any more.
      if (done === true) break;
      if (at > from) {
        text += ",";
        this.#room--;
      }
      text +=
        kind === "map"
          ? this.#pair(value as [unknown, unknown], index, at - from)
          : this.write(value, index, at - from);
    }
    return text + this.#close(at > from ? LIST_MARK_NEXT : LIST_MARK, "}", "]}", object, at, size, end, known);
  }

  /** An entry of a map. While the key is written, there stays room for the value. */
  #pair([key, value]: [unknown, unknown], index: number, position: number): string {
    this.#room -= ITEM_ROOM + 3;
    const first = this.write(key, index, position * 2);
    this.#room += ITEM_ROOM;
    return `[${first},${this.write(value, index, position * 2 + 1)}]`;
  }

  /** A plain object, where nothing speaks against the quickest way: a loop over names that V8 knows by heart. */
  #plainFields(object: object, parent: number, step: string | number): string {
    if (
      this.#room < AMPLE_ROOM ||
      this.#depth >= this.#maxDepth ||
      this.#hasInherited ||
      marksOf(object) !== undefined
    ) {
      return this.#fields(object, parent, step, 0);
    }
    const maxItems = this.#maxItems;
    let text = "{";
    let index = 0;
    let at = 0;
    for (const key in object) {
      const isTooLong = at === maxItems || key.length > this.#room;
      const name = isTooLong ? undefined : quoteNameAt(key, at);
      if (name === undefined || this.#room <= name.bytes + ITEM_ROOM + CLOSE_ROOM) {
        // Nothing has been read yet, or there is room for the mark.
        if (at === 0) return this.#fields(object, parent, step, 0);
        const size = Object.keys(object).length;
        return text + this.#close(',"$cut":', "", "}", object, at, size, Math.min(size, maxItems), undefined);
      }
      if (at++ === 0) {
        index = this.#written.add(object, parent, step, "");
        this.#open(1);
        text += name.text;
      } else text += `,${name.text}`;
      this.#room -= name.bytes + 1;
      text += this.write((object as Record<string, unknown>)[key], index, key);
    }
    if (at === 0) return this.#take("{}");
    this.#depth--;
    this.#room += CLOSE_ROOM - 1;
    return `${text}}`;
  }

  #fields(object: object, parent: number, step: string | number, from: number): string {
    const className = marksOf(object)?.className;
    const form = className === undefined ? PLAIN : formOfClass(className);
    return this.#entries(object, form, NONE, Object.keys(object), parent, step, from);
  }

  #instance(object: object, parent: number, step: string | number, from: number): string {
    const className = readClassName(object);
    // What was made with `Object.create` of something plain.
    const form = className === "Object" ? PLAIN : formOfClass(className);
    return this.#entries(object, form, NONE, Object.keys(object), parent, step, from);
  }

  #error(error: Error, parent: number, step: string | number, from: number): string {
    const keys: string[] = [];
    const heads: unknown[] = [];
    const name: unknown = error.name;
    keys.push("name");
    heads.push(typeof name === "string" ? name : "Error");
    const message: unknown = error.message;
    // One that was cut before its message has none.
    if (message !== "" || marksOf(error)?.cut === undefined || Object.hasOwn(error, "message")) {
      keys.push("message");
      heads.push(typeof message === "string" ? message : "");
    }
    for (const key of ["code", "cause", "errors"]) {
      const value: unknown = (error as unknown as Record<string, unknown>)[key];
      if (value === undefined && !Object.hasOwn(error, key)) continue;
      keys.push(key);
      heads.push(value);
    }
    for (const key of Object.keys(error))
      if (!keys.includes(key) && key !== "stack" && key !== "message") keys.push(key);
    return this.#entries(error, from === 0 ? ERROR : PLAIN, heads, keys, parent, step, from);
  }

  /** Entries by name: the first values as given, the others read one by one. */
  #entries(
    object: object,
    form: EntriesForm,
    heads: readonly unknown[],
    keys: readonly string[],
    parent: number,
    step: string | number,
    from: number,
  ): string {
    const { opener, closer, kind } = form;
    const known = marksOf(object)?.cut as Cut | undefined;
    const left = keys.length - from;
    if (left <= 0 && known === undefined) return this.#take(opener + closer);
    const first = keys[from] ?? "";
    // One entry at least, else the mark of an object's rest would stand alone, as if for the whole.
    const refused = this.#refuse(opener.length + this.#nameRoom(first), left);
    if (refused !== undefined) return this.#whole(refused, kind, left, object, from);
    const index = this.#addRoot(object, parent, step, form.partsKey, from);
    this.#open(opener.length);
    const end = Math.min(keys.length, from + this.#maxItems);
    let text = opener;
    let separator = opener === "{" || kind === "error" ? "" : ",";
    let at = from;
    for (; at < end; at++) {
      const key = keys[at] as string;
      if (key.length > this.#room) break;
      const name = quoteName(key);
      if (this.#room <= name.bytes + ITEM_ROOM) break;
      this.#room -= name.bytes + 1;
      text += separator + name.text;
      separator = ",";
      if (at >= heads.length) text += this.write((object as Record<string, unknown>)[key], index, key);
      else if (kind === "error" && at < 2) {
        const head = heads[at] as string;
        const part = quotePart(head, this.#room - 1);
        text += this.#takeQuoted(part);
        // The rest has it whole.
        if (part.taken < head.length) break;
      } else text += this.write(heads[at], index, key);
    }
    return text + this.#close(`${separator}"$cut":`, "", closer, object, at, keys.length, end, known);
  }

  #nameRoom(name: string): number {
    return name.length > this.#room ? name.length : quoteName(name).bytes;
  }

  #addRoot(object: object, parent: number, step: string | number, partsKey: PartsKey, from: number): number {
    return from === 0
      ? this.#written.add(object, parent, step, partsKey)
      : this.#written.add({}, parent, step, partsKey);
  }

  /** Why a container that begins with so many bytes and holds so many items cannot be opened; undefined where it can. */
  #refuse(openerBytes: number, size: number): CutReason | undefined {
    if (size > 0 && this.#depth >= this.#maxDepth) return "depth";
    return this.#room < openerBytes + CLOSE_ROOM + ITEM_ROOM + 8 ? "bytes" : undefined;
  }

  #open(openerBytes: number): void {
    this.#depth++;
    this.#room -= openerBytes + CLOSE_ROOM;
  }

  /** The end of a container: the mark of what is missing from an index on, if anything, and brackets. */
  #close(
    markStart: string,
    markEnd: string,
    closer: string,
    object: object,
    at: number,
    size: number,
    end: number,
    known: Cut | undefined,
  ): string {
    this.#depth--;
    this.#room += CLOSE_ROOM;
    if (at >= size) return this.#take(known === undefined ? closer : markStart + formatRest(known) + markEnd + closer);
    const left = size - at + (known?.left ?? 0);
    const handle = this.#keep(object, at);
    return this.#take(
      `${markStart}{"by":"${at < end ? "bytes" : "items"}","left":${left}${handle}}${markEnd}${closer}`,
    );
  }

  #binary(object: object, parent: number, step: string | number, from: number): string {
    const className = binaryClass(object) ?? "Uint8Array";
    const size = elementBytes(className) ?? 1;
    const bytes = bytesOf(object);
    const rest = bytes.subarray(Math.floor(from / size) * size);
    const isTyped = className !== "Uint8Array";
    const opener = isTyped ? `{"$typed":["${className}","` : '{"$bytes":"';
    const closer = isTyped ? '"]}' : '"}';
    if (from === 0) this.#written.add(object, parent, step, "");
    if (opener.length + closer.length + Math.ceil(rest.length / 3) * 4 <= this.#room) {
      return this.#take(opener + toBase64(rest, size) + closer);
    }
    // Whole elements, and no padding within.
    const taken = Math.max(Math.floor((((this.#room - ITEM_ROOM) / 4) * 3) / 24) * 24, 0);
    const handle = this.#keep(object, bytes.length - rest.length + taken);
    const part = toBase64(rest.subarray(0, taken), size);
    const kind = isTyped ? `"kind":"${className}",` : "";
    return this.#take(`{"$cut":{"by":"bytes",${kind}"bytes":"${part}","left":${rest.length - taken}${handle}}}`);
  }

  #regexp(object: object, parent: number, step: string | number): string {
    const source = readSource.call(object);
    const flags = readFlags.call(object);
    if (source.length + flags.length + 19 <= this.#room) {
      const { text, bytes } = quote(source);
      if (bytes + flags.length + 17 <= this.#room) {
        this.#written.add(object, parent, step, "");
        this.#room -= bytes;
        return this.#take('{"$regexp":[') + text + this.#take(`,"${flags}"]}`);
      }
    }
    return this.#whole("bytes", "regexp", undefined, object);
  }

  /** The mark in place of a value of which nothing is there. */
  #whole(by: CutReason, kind: string, size: number | undefined, value: unknown, from = 0): string {
    const handle = this.#keep(value, from);
    return this.#take(
      `{"$cut":{"by":"${by}","kind":"${kind}"${size === undefined ? "" : `,"size":${size}`}${handle}}}`,
    );
  }

  /** The mark of another text, as it was there. */
  #cut(cut: Cut): string {
    const { by, kind, size, left, handle, part } = cut;
    if (typeof part === "string") {
      const end = `,"left":${left ?? 0}${formatHandle(handle)}}}`;
      const quoted = quotePart(part, this.#room - ITEM_ROOM);
      this.#room -= quoted.bytes;
      return this.#take('{"$cut":{"by":"bytes","text":') + quoted.text + this.#take(end);
    }
    const size_ = size === undefined ? "" : `,"size":${size}`;
    if (part === undefined)
      return this.#take(`{"$cut":{"by":"${by}","kind":"${kind ?? "object"}"${size_}${formatHandle(handle)}}}`);
    const named = kind === undefined ? "" : `"kind":"${kind}",`;
    const bytes = toBase64(bytesOf(part), 1);
    return this.#take(`{"$cut":{"by":"bytes",${named}"bytes":"${bytes}","left":${left ?? 0}${formatHandle(handle)}}}`);
  }

  #keep(value: unknown, from: number): string {
    return formatHandle(this.#options.keep?.(value, from));
  }
}

function formatHandle(handle: number | undefined): string {
  return handle === undefined ? "" : `,"handle":${handle}`;
}

function formatRest({ by, left, handle }: Cut): string {
  return `{"by":"${by}","left":${left ?? 0}${formatHandle(handle)}}`;
}

function formOfClass(className: string): EntriesForm {
  return { kind: "object", opener: `{"$class":${quoteShort(className).text}`, closer: "}", partsKey: "" };
}

/** A name that is for people to read, cut short. */
function quoteShort(name: string): Quoted {
  const quoted = quote(name.slice(0, MAX_NAME_CHARACTERS));
  return quoted.bytes <= MAX_NAME_BYTES ? quoted : quotePart(name, MAX_NAME_BYTES);
}

/** What a mark says that was cut. */
function cutKind(object: object): string {
  const kind = kindOf(object);
  return kind === "instance" ? "object" : kind === "binary" ? (binaryClass(object) ?? kind) : kind;
}

/** A length that a proxy may have made up. */
function countItems(length: number): number {
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}

function hasEnumerable(object: object): boolean {
  for (const name in object) return name !== undefined;
  return false;
}

/** Whether a number is one in JSON: it is finite, and not -0. */
function isPlainNumber(value: number): boolean {
  return value === 0 ? 1 / value > 0 : value - value === 0;
}
