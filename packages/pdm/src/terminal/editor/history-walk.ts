/** Entries of a history, newest first, gone through by what they begin with. */
export class HistoryWalk {
  readonly #entries: readonly string[];
  /** What was typed before; it stands behind the newest entry. */
  readonly #typed: string;
  readonly #prefix: string;
  #index = -1;

  /** @param prefix what an entry has to begin with */
  constructor(entries: readonly string[], typed: string, prefix: string) {
    this.#entries = entries;
    this.#typed = typed;
    this.#prefix = prefix;
  }

  /** The next older entry that differs from the one shown; undefined where there is none. */
  back(): string | undefined {
    const shown = this.#text;
    for (let index = this.#index + 1; index < this.#entries.length; index += 1) {
      const entry = this.#entries[index];
      if (entry === undefined || entry === shown || !entry.startsWith(this.#prefix)) continue;
      this.#index = index;
      return entry;
    }
    return undefined;
  }

  /** The next newer one, in the end what was typed; undefined where that is shown already. */
  forward(): string | undefined {
    if (this.#index < 0) return undefined;
    const shown = this.#text;
    for (let index = this.#index - 1; index >= 0; index -= 1) {
      const entry = this.#entries[index];
      if (entry === undefined || entry === shown || !entry.startsWith(this.#prefix)) continue;
      this.#index = index;
      return entry;
    }
    this.#index = -1;
    return this.#typed;
  }

  /** Whether `text` is what it led to, so that it can go on. */
  isAt(text: string): boolean {
    return text === this.#text;
  }

  get #text(): string {
    return this.#entries[this.#index] ?? this.#typed;
  }
}
