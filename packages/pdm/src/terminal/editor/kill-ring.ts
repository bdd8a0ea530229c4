/** Texts that are kept. */
const MAX_KILLS = 32;

/** What was killed, newest first, to be yanked. */
export class KillRing {
  readonly #kills: string[] = [];

  /** The one that is yanked next. */
  get last(): string | undefined {
    return this.#kills[0];
  }

  /** @param side where `text` stood beside the one killed just before, with which it makes one; undefined begins a new one */
  add(text: string, side: "before" | "after" | undefined): void {
    const [last] = this.#kills;
    if (side === undefined || last === undefined) {
      this.#kills.unshift(text);
      if (this.#kills.length > MAX_KILLS) this.#kills.pop();
    } else {
      this.#kills[0] = side === "before" ? text + last : last + text;
    }
  }

  /** Puts the newest last. @returns the one that is first now */
  turn(): string | undefined {
    const first = this.#kills.shift();
    if (first !== undefined) this.#kills.push(first);
    return this.#kills[0];
  }
}
