import { ProtocolError } from "../errors.js";
import { readText } from "./fields.js";

/** A part of an answer that is too long for one reply. */
export interface Page {
  /** Where the next page begins; undefined in the last one. */
  readonly cursor: string | undefined;
  readonly items: readonly unknown[];
}

/**
 * Asks for page after page until there is no more.
 *
 * @param maxItems of all pages together, an empty page counts as one item
 * @throws ProtocolError where there are more
 */
export async function collectPages<P extends Page>(
  maxItems: number,
  ask: (cursor: string | undefined, index: number) => Promise<P>,
): Promise<P[]> {
  const pages: P[] = [];
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await ask(cursor, pages.length);
    count += Math.max(1, page.items.length);
    if (count > maxItems) throw new ProtocolError(`the other side has over ${maxItems} objects (limits.listedObjects)`);
    pages.push(page);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

/** A page's `cursor` as a member of the next request; nothing for the first. */
export function encodeCursor(cursor: string | undefined): string {
  return cursor === undefined ? "" : `,"cursor":${JSON.stringify(cursor)}`;
}

/** @throws ProtocolError for what is no text */
export function readCursor(form: unknown): string | undefined {
  return form === undefined || form === null ? undefined : readText(form, "cursor");
}
