import { managed, managedAttribute, managedOperation } from "pdm";

const COUNT = { type: "integer", minimum: 0 } as const;

/** Keeps what was computed, by key: at most so many entries, each for at most so long; the least recently used goes first. */
@managed({ description: "A cache: what was computed is kept for a while." })
export class Cache<V> {
  @managedAttribute({
    description: "Entries kept at the most.",
    type: { type: "integer", minimum: 1 },
    unit: "{entry}",
  })
  accessor maxEntries: number;

  @managedAttribute({ description: "How long an entry is kept.", type: { type: "number", minimum: 0 }, unit: "ms" })
  accessor maxAgeMs: number;

  @managedAttribute({ description: "Reads that found an entry.", type: COUNT, unit: "{read}", kind: "counter" })
  hits: number = 0;

  @managedAttribute({ description: "Reads that had to compute it.", type: COUNT, unit: "{read}", kind: "counter" })
  misses: number = 0;

  readonly #kept = new Map<string, { readonly value: V; readonly since: number }>();

  constructor(options: { readonly maxEntries: number; readonly maxAgeMs: number }) {
    this.maxEntries = options.maxEntries;
    this.maxAgeMs = options.maxAgeMs;
  }

  @managedAttribute({ description: "Entries kept now.", type: COUNT, unit: "{entry}", kind: "gauge" })
  get entries(): number {
    return this.#kept.size;
  }

  /** 0 before the first read. */
  @managedAttribute({
    description: "Hits in proportion to all reads.",
    minimum: 0,
    maximum: 1,
    unit: "1",
    kind: "gauge",
  })
  get hitRatio(): number {
    const reads = this.hits + this.misses;
    return reads === 0 ? 0 : this.hits / reads;
  }

  keys(): string[] {
    return [...this.#kept.keys()];
  }

  /** The value under `key`, computed where there is none or it is too old. */
  read(key: string, compute: () => V): V {
    const entry = this.#kept.get(key);
    // A Map lists in order of insertion, so what was read moves to the end.
    this.#kept.delete(key);
    if (entry !== undefined && performance.now() - entry.since < this.maxAgeMs) {
      this.hits += 1;
      this.#kept.set(key, entry);
      return entry.value;
    }
    this.misses += 1;
    const value = compute();
    this.#kept.set(key, { value, since: performance.now() });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.maxEntries) break;
      this.#kept.delete(oldest);
    }
    return value;
  }

  @managedOperation({
    description: "Empties it; returns how many entries there were.",
    effect: "change",
    returns: COUNT,
  })
  clear(): number {
    const count = this.#kept.size;
    this.#kept.clear();
    return count;
  }
}
