/** A search through a history, newest first, for entries that hold a text anywhere. Without capitals in it, case does not matter. */
export class HistorySearch {
  readonly #entries: readonly string[];
  #query = "";
  #index = -1;
  #failed = false;

  constructor(entries: readonly string[]) {
    this.#entries = entries;
  }

  get query(): string {
    return this.#query;
  }

  /** The entry found; undefined before anything was. */
  get entry(): string | undefined {
    return this.#entries[this.#index];
  }

  /** Whether nothing more fits; the entry is then the last one that did. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Where the text stands in the entry. */
  get matchStart(): number {
    return this.entry === undefined ? 0 : Math.max(0, this.#find(this.entry));
  }

  /** Looks for another text, from the entry shown on. */
  setQuery(query: string): void {
    const isLonger = query.startsWith(this.#query);
    this.#query = query;
    this.#failed = false;
    if (query === "") this.#index = -1;
    else this.#go(isLonger ? Math.max(0, this.#index) : 0, 1);
  }

  /** Looks for the next older entry that fits, or the next newer one. */
  next(direction: "older" | "newer"): void {
    if (this.#query === "") return;
    this.#failed = false;
    this.#go(this.#index + (direction === "older" ? 1 : -1), direction === "older" ? 1 : -1);
  }

  #go(from: number, step: 1 | -1): void {
    const shown = this.entry;
    for (let index = from; index >= 0 && index < this.#entries.length; index += step) {
      const entry = this.#entries[index];
      if (entry === undefined || this.#find(entry) < 0 || (entry === shown && index !== this.#index)) continue;
      this.#index = index;
      return;
    }
    this.#failed = true;
  }

  #find(entry: string): number {
    const isExact = /\p{Lu}/u.test(this.#query);
    return isExact ? entry.indexOf(this.#query) : entry.toLowerCase().indexOf(this.#query.toLowerCase());
  }
}
