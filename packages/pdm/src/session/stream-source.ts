import { warn } from "../warning.js";

/** What gives something piece by piece: an async iterable, and so also a stream of Node's or of the web. */
export interface StreamSource extends AsyncIterable<unknown> {
  on?(event: "error", listener: () => void): unknown;
  destroy?(): unknown;
}

/** Whether it gives something piece by piece. */
export function isStreamSource(value: unknown): value is StreamSource {
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as Partial<StreamSource>)[Symbol.asyncIterator] === "function";
}

/**
 * Tells the source that nobody reads it, or nobody any more; what cannot be told becomes a process warning. Never rejects.
 *
 * @param iterator the one that has been read, where one has
 */
export async function dropSource(source: StreamSource, iterator?: AsyncIterator<unknown>): Promise<void> {
  try {
    // One of Node's streams that fails afterwards would end the process.
    source.on?.("error", () => undefined);
    const begun = iterator ?? source[Symbol.asyncIterator]();
    // An iterator that was not begun does not end a stream of Node's.
    source.destroy?.();
    await begun.return?.();
  } catch (error) {
    warn("PDM_STREAM", "what an operation gave piece by piece failed when it was let go of", error);
  }
}
