import { binaryClass } from "./binary.js";
import type { Cut, CutReason } from "./cut.js";
import { type EntriesForm, ERROR, formOfClass, PLAIN, readErrorEntries } from "./entries-form.js";
import { kindOf, readClassName, readFunctionName } from "./kinds.js";
import { marksOf } from "./marks.js";
import type { Placeholder } from "./placeholder.js";
import { quote, quotePart } from "./quoted.js";
import { quoteName, quoteNameAt } from "./quoted-names.js";
import { CLOSE_ROOM, formatRest, ITEM_ROOM, TextRoom } from "./text-room.js";
import type { EncodeOptions } from "./value-limits.js";
import {
  isPlainNumber,
  writeBigint,
  writeBinary,
  writeCut,
  writeDate,
  writeNamed,
  writeNumber,
  writeRegExp,
  writeString,
} from "./write-scalars.js";
import { type PartsKey, WrittenValues } from "./written-values.js";

/** Bytes of a number that JSON has, at the most, and of a comma. */
const NUMBER_ROOM = 26;
/** Bytes from which on a container's beginning need not be looked at closely. */
const AMPLE_ROOM = 1_024;

/** How the mark of a list's rest begins, alone or behind an item. */
const LIST_MARK = '{"$cut":';
const LIST_MARK_NEXT = ',{"$cut":';

const NONE: readonly unknown[] = [];

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
  readonly #room: TextRoom;
  /** Somebody gave all objects an enumerable property. */
  readonly #hasInherited: boolean;
  #depth = 0;

  constructor(options: EncodeOptions) {
    const { depth, items } = options.limits;
    this.#options = options;
    this.#maxDepth = depth;
    this.#maxItems = Math.max(items, 1);
    this.#room = new TextRoom(options);
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
    if (typeof value === "string") return writeString(this.#room, value, from);
    if (typeof value !== "object" || value === null) return this.write(value, -1, "");
    return this.#form(value, -1, "", from);
  }

  /** A value that stands at this step within the container of that index. */
  write(value: unknown, parent: number, step: string | number): string {
    switch (typeof value) {
      case "string":
        return writeString(this.#room, value, 0);
      case "number":
        return writeNumber(this.#room, value);
      case "boolean":
        return this.#room.take(value ? "true" : "false");
      case "undefined":
        return this.#room.take('{"$undefined":true}');
      case "bigint":
        return writeBigint(this.#room, value);
      case "symbol":
        return writeNamed(this.#room, "$symbol", value.description ?? "");
      case "function":
        return this.#object(value, parent, step);
      case "object":
        return value === null ? this.#room.take("null") : this.#object(value, parent, step);
    }
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
    return this.#room.take(`{"$stream":${stream}}`);
  }

  #reference(index: number, object: object): string {
    const pointer = this.#written.pointerTo(index, this.#room.bytes);
    if (pointer !== undefined) {
      const { text, bytes } = quote(pointer);
      if (bytes + 9 <= this.#room.bytes) {
        this.#room.bytes -= bytes + 9;
        return `{"$ref":${text}}`;
      }
    }
    return this.#room.whole("bytes", cutKind(object), undefined, object);
  }

  /** An object in its form, from an item, entry or byte on. */
  #form(object: object, parent: number, step: string | number, from: number): string {
    if (typeof object === "function") return writeNamed(this.#room, "$function", readFunctionName(object));
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
        if (from === 0) this.#written.add(object, parent, step, "");
        return writeBinary(this.#room, object, from);
      case "date":
        this.#written.add(object, parent, step, "");
        return writeDate(this.#room, object);
      case "regexp": {
        const text = writeRegExp(this.#room, object);
        if (text === undefined) return this.#room.whole("bytes", kind, undefined, object);
        this.#written.add(object, parent, step, "");
        return text;
      }
      case "boxed":
        return this.write((object as { valueOf(): unknown }).valueOf(), parent, step);
      case "cut":
        return writeCut(this.#room, object as Cut);
      case "placeholder": {
        const placeholder = object as Placeholder;
        return writeNamed(this.#room, placeholder.kind === "function" ? "$function" : "$symbol", placeholder.name);
      }
    }
  }

  #array(array: readonly unknown[], parent: number, step: string | number, from: number): string {
    const length = countItems(array.length);
    const known = marksOf(array)?.cut as Cut | undefined;
    const left = length - from;
    if (left <= 0 && known === undefined) return this.#room.take("[]");
    const refused = this.#refuse(1, left);
    if (refused !== undefined) return this.#room.whole(refused, "array", left, array, from);
    const index = this.#addRoot(array, parent, step, "", from);
    this.#open(1);
    const end = Math.min(length, from + this.#maxItems);
    let text = "[";
    let numbers: number[] = [];
    let at = from;
    for (; at < end; at++) {
      if (this.#room.bytes <= ITEM_ROOM + NUMBER_ROOM * numbers.length) {
        text += this.#numbers(numbers, at > from + numbers.length);
        numbers = [];
        if (this.#room.bytes <= ITEM_ROOM) break;
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
      if (at > from) text += this.#room.take(",");
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
    return this.#room.take(isNext ? `,${text}` : text);
  }

  #set(set: Set<unknown>, parent: number, step: string | number, from: number): string {
    const size = Reflect.get(Set.prototype, "size", set);
    return this.#collection(set, Set.prototype.values.call(set), "set", size, parent, step, from);
  }

  #map(map: Map<unknown, unknown>, parent: number, step: string | number, from: number): string {
    // By the built-in getter and iterator, whatever a subclass has.
    const size = Reflect.get(Map.prototype, "size", map);
    return this.#collection(map, Map.prototype.entries.call(map), "map", size, parent, step, from);
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
    if (left <= 0 && known === undefined) return this.#room.take(`${opener}]}`);
    const refused = this.#refuse(opener.length, left);
    if (refused !== undefined) return this.#room.whole(refused, kind, left, object, from);
    const index = this.#addRoot(object, parent, step, kind === "map" ? "$map" : "$set", from);
    this.#open(opener.length);
    for (let skipped = 0; skipped < from; skipped++) iterator.next();
    const end = Math.min(size, from + this.#maxItems);
    const itemRoom = kind === "map" ? ITEM_ROOM * 2 + 4 : ITEM_ROOM;
    let length = size;
    let text = opener;
    let at = from;
    for (; at < end && this.#room.bytes > itemRoom; at++) {
      const { done, value } = iterator.next();
      if (done === true) {
        // Getters of its parts have deleted the others meanwhile: none is missing.
        length = at;
        break;
      }
      if (at > from) text += this.#room.take(",");
      text +=
        kind === "map"
          ? this.#pair(value as [unknown, unknown], index, at - from)
          : this.write(value, index, at - from);
    }
    return text + this.#close(at > from ? LIST_MARK_NEXT : LIST_MARK, "}", "]}", object, at, length, end, known);
  }

  /** An entry of a map. While the key is written, there stays room for the value. */
  #pair([key, value]: [unknown, unknown], index: number, position: number): string {
    this.#room.bytes -= ITEM_ROOM + 3;
    const first = this.write(key, index, position * 2);
    this.#room.bytes += ITEM_ROOM;
    return `[${first},${this.write(value, index, position * 2 + 1)}]`;
  }

  /** A plain object, where nothing speaks against the quickest way: a loop over names that V8 knows by heart. */
  #plainFields(object: object, parent: number, step: string | number): string {
    if (
      this.#room.bytes < AMPLE_ROOM ||
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
      const isTooLong = at === maxItems || key.length > this.#room.bytes;
      const name = isTooLong ? undefined : quoteNameAt(key, at);
      if (name === undefined || this.#room.bytes <= name.bytes + ITEM_ROOM + CLOSE_ROOM) {
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
      this.#room.bytes -= name.bytes + 1;
      text += this.write((object as Record<string, unknown>)[key], index, key);
    }
    if (at === 0) return this.#room.take("{}");
    this.#depth--;
    this.#room.bytes += CLOSE_ROOM - 1;
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
    const { keys, heads } = readErrorEntries(error);
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
    if (left <= 0 && known === undefined) return this.#room.take(opener + closer);
    const first = keys[from] ?? "";
    // One entry at least, else the mark of an object's rest would stand alone, as if for the whole.
    const refused = this.#refuse(opener.length + this.#nameRoom(first), left);
    if (refused !== undefined) return this.#room.whole(refused, kind, left, object, from);
    const index = this.#addRoot(object, parent, step, form.partsKey, from);
    this.#open(opener.length);
    const end = Math.min(keys.length, from + this.#maxItems);
    let text = opener;
    let separator = opener === "{" || kind === "error" ? "" : ",";
    let at = from;
    for (; at < end; at++) {
      const key = keys[at] as string;
      if (key.length > this.#room.bytes) break;
      const name = quoteName(key);
      if (this.#room.bytes <= name.bytes + ITEM_ROOM) break;
      this.#room.bytes -= name.bytes + 1;
      text += separator + name.text;
      separator = ",";
      if (at >= heads.length) text += this.write((object as Record<string, unknown>)[key], index, key);
      else if (kind === "error" && at < 2) {
        const head = heads[at] as string;
        const part = quotePart(head, this.#room.bytes - 1);
        text += this.#room.takeQuoted(part);
        // The rest has it whole.
        if (part.taken < head.length) break;
      } else text += this.write(heads[at], index, key);
    }
    return text + this.#close(`${separator}"$cut":`, "", closer, object, at, keys.length, end, known);
  }

  #nameRoom(name: string): number {
    return name.length > this.#room.bytes ? name.length : quoteName(name).bytes;
  }

  #addRoot(object: object, parent: number, step: string | number, partsKey: PartsKey, from: number): number {
    return from === 0
      ? this.#written.add(object, parent, step, partsKey)
      : this.#written.add({}, parent, step, partsKey);
  }

  /** Why a container that begins with so many bytes and holds so many items cannot be opened; undefined where it can. */
  #refuse(openerBytes: number, size: number): CutReason | undefined {
    if (size > 0 && this.#depth >= this.#maxDepth) return "depth";
    return this.#room.bytes < openerBytes + CLOSE_ROOM + ITEM_ROOM + 8 ? "bytes" : undefined;
  }

  #open(openerBytes: number): void {
    this.#depth++;
    this.#room.bytes -= openerBytes + CLOSE_ROOM;
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
    this.#room.bytes += CLOSE_ROOM;
    if (at >= size)
      return this.#room.take(known === undefined ? closer : markStart + formatRest(known) + markEnd + closer);
    const left = size - at + (known?.left ?? 0);
    const handle = this.#room.keep(object, at);
    return this.#room.take(
      `${markStart}{"by":"${at < end ? "bytes" : "items"}","left":${left}${handle}}${markEnd}${closer}`,
    );
  }
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
