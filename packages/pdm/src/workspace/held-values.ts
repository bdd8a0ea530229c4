import { REPL_LIMITS } from "../limits.js";

/** Values that a workspace holds so that its clients can look into them, by number. Of too many, the one used longest ago is let go of. */
export class HeldValues {
  readonly #values = new Map<number, unknown>();
  #last = 0;

  /** @returns the number by which it can be found */
  hold(value: unknown): number {
    this.#last += 1;
    this.#values.set(this.#last, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= REPL_LIMITS.handles) break;
      this.#values.delete(oldest);
    }
    return this.#last;
  }

  /** @returns a box with the value; undefined where it is not held (any more) */
  find(number: number): { readonly value: unknown } | undefined {
    if (!this.#values.has(number)) return undefined;
    const value = this.#values.get(number);
    this.#values.delete(number);
    this.#values.set(number, value);
    return { value };
  }

  drop(number: number): void {
    this.#values.delete(number);
  }

  clear(): void {
    this.#values.clear();
  }
}
