import { REPL_LIMITS } from "../limits.js";
import { Stopwatch } from "../stopwatch.js";

/** What can stand at a place. */
export interface Completion {
  /** The text from here to `to`, which is left out, is to be replaced. In UTF-16 code units. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly CompletionItem[];
  /** There are more than the limits of number and time let through. */
  readonly isCut: boolean;
}

/** One thing that can stand there. */
export interface CompletionItem {
  readonly text: string;
  readonly kind:
    | "variable"
    | "global"
    | "keyword"
    | "property"
    | "method"
    | "function"
    | "class"
    | "getter"
    | "module"
    | "file"
    | "object";
  /** `(orders, limit = 10)` for a function, else what kind of value it is. */
  readonly detail?: string;
  /** The prototype that it comes from: `Map.prototype`. */
  readonly from?: string;
}

/** Collects completions, within limits. */
export class CompletionList {
  readonly prefix: string;
  readonly #maxItems: number;
  readonly #maxMs: number;
  readonly #watch = new Stopwatch();
  readonly #items: CompletionItem[] = [];
  readonly #seen = new Set<string>();
  #isFull = false;
  #isCut = false;

  constructor(prefix: string, maxItems: number, maxMs: number) {
    this.prefix = prefix;
    this.#maxItems = maxItems;
    this.#maxMs = maxMs;
  }

  /** Whether no more is to be looked for. Asked before each step that takes time. */
  get isFull(): boolean {
    this.#isFull ||= this.#watch.hasPassed(this.#maxMs);
    return this.#isFull;
  }

  /** Whether the text begins as what was typed does, and is not there yet. */
  wants(text: string): boolean {
    return text.startsWith(this.prefix) && !this.#seen.has(text);
  }

  /** Adds what {@link wants} wants; the first of a name stays. */
  add(item: CompletionItem): void {
    if (!this.wants(item.text)) return;
    if (this.#items.length >= this.#maxItems) {
      this.#isFull = true;
      return;
    }
    if (item.text.length > REPL_LIMITS.completionCharacters) {
      this.#isCut = true;
      return;
    }
    this.#seen.add(item.text);
    this.#items.push({ ...item, ...cut("detail", item.detail), ...cut("from", item.from) });
  }

  /** Puts what is there in the order of the alphabet. */
  sort(): void {
    this.#items.sort((a, b) => (a.text < b.text ? -1 : 1));
  }

  /** There is more, which cannot be found out. */
  cut(): void {
    this.#isCut = true;
  }

  finish(from: number, to: number): Completion {
    return { from, to, items: this.#items, isCut: this.#isCut || this.#isFull };
  }
}

/** The member, where it is there and too long, shorter. */
function cut(name: "detail" | "from", text: string | undefined): Partial<Record<"detail" | "from", string>> {
  return text === undefined || text.length <= REPL_LIMITS.completionCharacters
    ? {}
    : { [name]: `${text.slice(0, REPL_LIMITS.completionCharacters - 1)}…` };
}
