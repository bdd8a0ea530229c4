import type { ReplCompletion, ReplCompletionItem } from "../../client/repl-session.js";
import { BINDINGS, type Key } from "./keys.js";
import { findCommonPrefix, Menu } from "./menu.js";
import type { Palette } from "./style.js";
import type { TextBuffer } from "./text-buffer.js";

/** Asks for completions, and lets one be chosen. An answer for a text that has changed since is dropped. */
export class Completer {
  readonly #complete: (source: string, cursor: number) => Promise<ReplCompletion>;
  readonly #onChange: () => void;
  #menu: { readonly menu: Menu; readonly behind: number } | undefined;
  /** A word to the user, until the next key. */
  #note: string | undefined;
  #requests = 0;

  /** `onChange` is called when there is something else to show. */
  constructor(complete: (source: string, cursor: number) => Promise<ReplCompletion>, onChange: () => void) {
    this.#complete = complete;
    this.#onChange = onChange;
  }

  /** Never rejects. */
  request(buffer: TextBuffer): void {
    this.#requests += 1;
    void this.#answer(buffer, this.#requests);
  }

  close(): void {
    this.#requests += 1;
    this.#menu = undefined;
    this.#note = undefined;
  }

  clearNote(): void {
    this.#note = undefined;
  }

  /** @returns whether the key was for the menu */
  handle(buffer: TextBuffer, key: Key): boolean {
    if (this.#menu === undefined) return false;
    const { menu } = this.#menu;
    if (key.kind === "paste") return this.#leave();
    if (key.kind === "text")
      return /^[\p{ID_Continue}$]+$/u.test(key.text) ? this.#type(buffer, key.text) : this.#leave();
    switch (BINDINGS[key.name]) {
      case "complete":
      case "down":
        menu.move("next");
        return true;
      case "complete-back":
      case "up":
        menu.move("previous");
        return true;
      case "left":
      case "right":
        menu.move(BINDINGS[key.name] === "left" ? "left" : "right");
        return true;
      case "accept":
        this.#take(buffer, menu.selected);
        return true;
      case "delete-left":
        return this.#delete(buffer);
      case "escape":
      case "cancel":
        this.close();
        return true;
      default:
        return this.#leave();
    }
  }

  show(palette: Palette, columns: number, room: number): string[] {
    if (this.#menu !== undefined) return this.#menu.menu.show(palette, columns, room);
    return this.#note === undefined ? [] : [palette.paint(this.#note.slice(0, columns), "faint")];
  }

  async #answer(buffer: TextBuffer, request: number): Promise<void> {
    const { text, cursor } = buffer;
    const isStale = (): boolean => request !== this.#requests || buffer.text !== text || buffer.cursor !== cursor;
    try {
      const completion = await this.#complete(text, cursor);
      if (!isStale()) this.#apply(buffer, completion);
    } catch (error) {
      if (isStale()) return;
      this.#note = `no completions: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.#onChange();
  }

  #apply(buffer: TextBuffer, completion: ReplCompletion): void {
    const { from, to, items } = completion;
    const [first, second] = items;
    const isOpen = this.#menu !== undefined;
    this.#menu = undefined;
    if (first === undefined) {
      this.#note = "no completions";
      return;
    }
    // Whoever types while the menu is open chooses.
    if (second === undefined && !isOpen) {
      buffer.replace(from, to, first.text);
      return;
    }
    const typed = buffer.text.slice(from, to);
    const prefix = findCommonPrefix(items);
    if (!isOpen && !completion.isCut && prefix.length > typed.length && prefix.startsWith(typed))
      buffer.replace(from, to, prefix);
    else this.#menu = { menu: new Menu(completion), behind: buffer.text.length - to };
  }

  #take(buffer: TextBuffer, item: ReplCompletionItem | undefined): void {
    if (this.#menu !== undefined && item !== undefined) {
      buffer.replace(this.#menu.menu.from, buffer.text.length - this.#menu.behind, item.text);
    }
    this.close();
  }

  #type(buffer: TextBuffer, text: string): true {
    buffer.insert(text);
    this.#narrow(buffer);
    return true;
  }

  #delete(buffer: TextBuffer): boolean {
    if (this.#menu === undefined || buffer.cursor <= this.#menu.menu.from) return this.#leave();
    buffer.deleteBackward();
    this.#narrow(buffer);
    return true;
  }

  #narrow(buffer: TextBuffer): void {
    const menu = this.#menu?.menu;
    if (menu === undefined) return;
    // What was cut may have what fits now.
    if (menu.isCut) this.request(buffer);
    if (!menu.narrow(buffer.text.slice(menu.from, buffer.cursor))) this.#menu = undefined;
  }

  #leave(): false {
    this.close();
    return false;
  }
}
