import { resolveManaged } from "./declared-directory.js";
import { HELD_ENTRIES } from "./development.js";
import type { Directory } from "./interfaces.js";

/** A directory that holds its entries; the service adds and removes them as it likes, also while clients look. */
export class StaticDirectory implements Directory {
  readonly #entries: Map<string, object>;

  /** @param entries name to object, in the order in which they are listed; an instance of a class with the decorator `managed` stands for its directory */
  constructor(entries: Readonly<Record<string, object>> = {}) {
    this.#entries = new Map(Object.entries(entries).map(([name, object]) => [name, resolveManaged(object)] as const));
  }

  /** Adds the entry, or replaces it; clients that hold the replaced one keep it. */
  set(name: string, object: object): this {
    this.#entries.set(name, resolveManaged(object));
    return this;
  }

  /** Removes the entry; false where there was none. */
  delete(name: string): boolean {
    return this.#entries.delete(name);
  }

  list(): string[] {
    return [...this.#entries.keys()];
  }

  lookup(name: string): object | undefined {
    return this.#entries.get(name);
  }

  /** @internal */
  [HELD_ENTRIES](): Iterable<readonly [string, object]> {
    return this.#entries;
  }
}
