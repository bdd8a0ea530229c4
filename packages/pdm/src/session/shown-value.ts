import { types } from "node:util";
import { AUDIT_TEXT_CHARACTERS } from "../limits.js";

/** Containers are shown to this depth, and so many of their items. */
const MAX_DEPTH = 4;
const MAX_ITEMS = 50;

/** What stands for a secret. */
export const MASK = "***";

/** The value as a text for people, of at most {@link AUDIT_TEXT_CHARACTERS} and a mark where it was cut. Runs nothing of the value's own. Never throws. */
export function showValue(value: unknown): string {
  const pieces = new Pieces();
  try {
    pieces.show(value, 0);
  } catch {
    pieces.add("(cannot be shown)");
  }
  return cutText(pieces.text, AUDIT_TEXT_CHARACTERS);
}

/** The text, or its beginning and how much is left. */
export function cutText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters)}\u2026 (${text.length - maxCharacters} more)`;
}

class Pieces {
  text = "";

  get #isFull(): boolean {
    return this.text.length > AUDIT_TEXT_CHARACTERS;
  }

  add(text: string): void {
    this.text += text;
  }

  show(value: unknown, depth: number): void {
    if (typeof value === "string") this.add(JSON.stringify(cutText(value, AUDIT_TEXT_CHARACTERS)));
    else if (typeof value === "bigint") this.add(isShort(value) ? `${value}n` : "(a large bigint)");
    else if (typeof value === "function") this.add("(a function)");
    else if (typeof value === "object" && value !== null) this.#showObject(value, depth);
    else this.add(Object.is(value, -0) ? "-0" : String(value));
  }

  #showObject(object: object, depth: number): void {
    if (types.isProxy(object)) this.add("(a proxy)");
    else if (depth >= MAX_DEPTH) this.add(Array.isArray(object) ? "[\u2026]" : "{\u2026}");
    else if (Array.isArray(object))
      this.#showItems("[", object.length, "]", (index) => this.#showOwn(object, String(index), depth));
    else if (ArrayBuffer.isView(object) || types.isAnyArrayBuffer(object)) this.add(`(${object.byteLength} bytes)`);
    else if (types.isDate(object)) this.add(String(Date.prototype.getTime.call(object)));
    else if (types.isMap(object)) this.#showMap(object, depth);
    else if (types.isSet(object)) this.#showSet(object, depth);
    else if (types.isPromise(object)) this.add("(a promise)");
    else this.#showRecord(object, depth);
  }

  #showRecord(object: object, depth: number): void {
    const names = Object.keys(object);
    this.#showItems("{", names.length, "}", (index) => {
      const name = names[index] ?? "";
      this.add(`${cutText(name, 100)}: `);
      this.#showOwn(object, name, depth);
    });
  }

  #showMap(map: Map<unknown, unknown>, depth: number): void {
    const entries = Map.prototype.entries.call(map) as IterableIterator<[unknown, unknown]>;
    this.#showItems("Map {", map.size, "}", () => {
      const [key, value] = entries.next().value as [unknown, unknown];
      this.show(key, depth + 1);
      this.add(" => ");
      this.show(value, depth + 1);
    });
  }

  #showSet(set: Set<unknown>, depth: number): void {
    const values = Set.prototype.values.call(set) as IterableIterator<unknown>;
    this.#showItems("Set {", set.size, "}", () => this.show(values.next().value, depth + 1));
  }

  /** Not through a getter, which may do anything. */
  #showOwn(object: object, name: string, depth: number): void {
    const property = Object.getOwnPropertyDescriptor(object, name);
    if (property === undefined) this.add("(nothing)");
    else if ("value" in property) this.show(property.value, depth + 1);
    else this.add("(a getter)");
  }

  #showItems(open: string, count: number, close: string, showItem: (index: number) => void): void {
    this.add(open);
    for (let index = 0; index < count; index++) {
      if (index > 0) this.add(", ");
      if (index === MAX_ITEMS || this.#isFull) {
        this.add(`\u2026 ${count - index} more`);
        break;
      }
      showItem(index);
    }
    this.add(close);
  }
}

/** Whether its digits are few: to write a large one takes long. */
function isShort(value: bigint): boolean {
  return BigInt.asIntN(1_024, value) === value;
}
