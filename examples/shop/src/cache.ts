/** Keeps what was computed, by key: at most so many entries, each for at most so long; the least recently used goes first. */
export class Cache<V> {
  maxEntries: number;
  maxAgeMs: number;
  hits: number = 0;
  misses: number = 0;
  readonly #entries = new Map<string, { readonly value: V; readonly since: number }>();

  constructor(options: { readonly maxEntries: number; readonly maxAgeMs: number }) {
    this.maxEntries = options.maxEntries;
    this.maxAgeMs = options.maxAgeMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Hits in proportion to all reads, from 0 to 1; 0 before the first. */
  get hitRatio(): number {
    const reads = this.hits + this.misses;
    return reads === 0 ? 0 : this.hits / reads;
  }

  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** The value under `key`, computed where there is none or it is too old. */
  read(key: string, compute: () => V): V {
    const entry = this.#entries.get(key);
    // A Map lists in order of insertion, so what was read moves to the end.
    this.#entries.delete(key);
    if (entry !== undefined && performance.now() - entry.since < this.maxAgeMs) {
      this.hits += 1;
      this.#entries.set(key, entry);
      return entry.value;
    }
    this.misses += 1;
    const value = compute();
    this.#entries.set(key, { value, since: performance.now() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.maxEntries) break;
      this.#entries.delete(oldest);
    }
    return value;
  }

  /** Empties it; returns how many entries there were. */
  clear(): number {
    const count = this.#entries.size;
    this.#entries.clear();
    return count;
  }
}
