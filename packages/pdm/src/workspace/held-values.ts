import { AMPLE } from "../engine/value-fit.js";
import { formatValue } from "../engine/value-text.js";
import { REPL_LIMITS } from "../limits.js";
import { WorkspaceError } from "./workspace-error.js";

/** UTF-16 units of a text that are given at once. */
const PIECE_UNITS = 65_536;

/** Values that the clients of one session can look further into, by number: the last ones used, up to a limit. */
export class HeldValues {
  readonly #most: number;
  /** In the order of their last use. */
  readonly #values = new Map<number, unknown>();
  #lastNumber = 0;
  /** The text that was paged through last, so that its pieces fit together. */
  #paged: { readonly number: number; readonly text: string } | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Keeps it; returns its number. */
  keep(value: unknown): number {
    if (this.#values.size >= this.#most) {
      const [first] = this.#values.keys();
      if (first !== undefined) this.release(first);
    }
    this.#lastNumber += 1;
    this.#values.set(this.#lastNumber, value);
    return this.#lastNumber;
  }

  /** @throws WorkspaceError `ERR_PDM_NO_SUCH_HANDLE` where it was released, or made room for others */
  find(number: number): unknown {
    if (!this.#values.has(number)) {
      const message = `there is no handle ${number} any more: evaluate it again`;
      throw new WorkspaceError("ERR_PDM_NO_SUCH_HANDLE", message, "handle");
    }
    const value = this.#values.get(number);
    this.#values.delete(number);
    this.#values.set(number, value);
    return value;
  }

  /**
   * A piece of the value's text: of a string its own characters.
   *
   * @param guard calls what shows a value, whose own code may run for that
   * @returns the piece, and where the next begins
   * @throws as `find`, and whatever showing the value throws (rejects)
   */
  async readText(
    number: number,
    from: number,
    guard: (show: () => string) => Promise<string>,
  ): Promise<{ readonly text: string; readonly next: number | undefined }> {
    const value = this.find(number);
    const whole = typeof value === "string" ? value : await this.#showWhole(number, value, guard);
    let end = Math.min(whole.length, from + PIECE_UNITS);
    // Not within a pair of surrogates.
    if (end < whole.length && /[\uD800-\uDBFF]/u.test(whole.charAt(end - 1))) end -= 1;
    return { text: whole.slice(from, end), next: end < whole.length ? end : undefined };
  }

  release(number: number): void {
    this.#values.delete(number);
    if (this.#paged?.number === number) this.#paged = undefined;
  }

  clear(): void {
    this.#values.clear();
    this.#paged = undefined;
  }

  async #showWhole(number: number, value: unknown, guard: (show: () => string) => Promise<string>): Promise<string> {
    if (this.#paged?.number === number) return this.#paged.text;
    const text = await guard(() => formatValue(value, { maxBytes: REPL_LIMITS.wholeTextBytes, limits: AMPLE }).text);
    // It may have been released meanwhile.
    if (this.#values.has(number)) this.#paged = { number, text };
    return text;
  }
}
