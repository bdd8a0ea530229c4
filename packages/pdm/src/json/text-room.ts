import type { Cut, CutReason } from "./cut.js";
import type { Quoted } from "./quoted.js";
import { type EncodeOptions, MIN_VALUE_BYTES } from "./value-limits.js";

/** Bytes that any value needs at the most where it does not fit: as a mark. Numbers, dates and names need no more either. */
export const ITEM_ROOM = 144;
/** Bytes that the end of a container needs at the most: the mark of what is missing, and brackets. */
export const CLOSE_ROOM = 80;

/** The room that a text has left, and the marks of what does not fit. For one text. */
export class TextRoom {
  /** Left, without what the open containers need for their ends. */
  bytes: number;
  readonly #keep: EncodeOptions["keep"];

  constructor(options: EncodeOptions) {
    this.bytes = Math.max(options.limits.bytes, MIN_VALUE_BYTES);
    this.#keep = options.keep;
  }

  /** Accounts for a text of ASCII that has room. */
  take(text: string): string {
    this.bytes -= text.length;
    return text;
  }

  /** The same for a text that was quoted. */
  takeQuoted({ text, bytes }: Quoted): string {
    this.bytes -= bytes;
    return text;
  }

  /** The handle of what is missing from an index on, as marks end with it; empty where nobody keeps it. */
  keep(value: unknown, from: number): string {
    return formatHandle(this.#keep?.(value, from));
  }

  /** The mark in place of a value of which nothing is there, from an index on. */
  whole(by: CutReason, kind: string, size: number | undefined, value: unknown, from = 0): string {
    const handle = this.keep(value, from);
    return this.take(`{"$cut":{"by":"${by}","kind":"${kind}"${formatCount("size", size)}${handle}}}`);
  }
}

/** A handle, as marks end with it. */
export function formatHandle(handle: number | undefined): string {
  return formatCount("handle", handle);
}

/** A number of a mark, behind others; empty for what is no whole number. */
export function formatCount(name: string, count: number | undefined): string {
  return Number.isSafeInteger(count) && (count as number) >= 0 ? `,"${name}":${count}` : "";
}

/** What the mark of a container's rest says. */
export function formatRest({ by, left, handle }: Cut): string {
  return `{"by":"${formatReason(by)}"${formatCount("left", left ?? 0)}${formatHandle(handle)}}`;
}

/** The reason of a mark that somebody else made. */
export function formatReason(by: CutReason): CutReason {
  return by === "depth" || by === "items" ? by : "bytes";
}
