import type { Key } from "./keys.js";

/** Characters typed ahead that are kept; what comes after them is lost, as in a terminal's own driver. */
const MAX_CHARACTERS = 16_777_216;
const MAX_KEYS = 1_048_576;

/** More blank lines and comments between two parts of one statement than anybody pastes. */
const MAX_PEEKED_KEYS = 8_192;

/** Keys that nobody has asked for yet, oldest first. */
export class TypedAhead {
  #keys: Key[] = [];
  #next = 0;
  #characters = 0;

  get isEmpty(): boolean {
    return this.#next === this.#keys.length;
  }

  push(key: Key): void {
    const size = key.kind === "key" ? 1 : key.text.length;
    if (this.#characters + size > MAX_CHARACTERS || this.#keys.length - this.#next >= MAX_KEYS) return;
    this.#characters += size;
    this.#keys.push(key);
  }

  shift(): Key | undefined {
    const key = this.#keys[this.#next];
    if (key === undefined) return undefined;
    this.#next += 1;
    this.#characters -= key.kind === "key" ? 1 : key.text.length;
    if (this.isEmpty) this.clear();
    return key;
  }

  /** Drops everything up to the last Ctrl-C, as a terminal's own driver does. @returns whether there was one */
  takeInterrupt(): boolean {
    const at = this.#keys.findLastIndex(
      (key, index) => index >= this.#next && key.kind === "key" && key.name === "ctrl-c",
    );
    if (at === -1) return false;
    for (let count = at - this.#next; count >= 0; count -= 1) this.shift();
    return true;
  }

  clear(): void {
    this.#keys = [];
    this.#next = 0;
    this.#characters = 0;
  }

  /** The next whole lines, up to the first key that does more than type a character. */
  peekLines(): string {
    let text = "";
    for (const key of this.#keys.slice(this.#next, this.#next + MAX_PEEKED_KEYS)) {
      if (key.kind === "text") text += key.text;
      else if (key.kind === "key" && key.name === "enter") text += "\n";
      else if (key.kind === "key" && key.name === "tab") text += "\t";
      else break;
    }
    return text.slice(0, text.lastIndexOf("\n") + 1);
  }
}
