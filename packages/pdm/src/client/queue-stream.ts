import { PdmError } from "../errors.js";
import { unwatchAbort, watchAbort } from "./abort-watch.js";
import type { QueuedEvent, StreamQueue } from "./stream-queue.js";

/** Where a {@link QueueStream} takes its items from. */
interface ItemSource<Item> {
  readonly lost: number;
  /** The next one when it comes; undefined at the end. */
  next(): Promise<Item | undefined>;
  close(): void;
}

/** What {@link QueueStream} needs to be told. */
export interface QueueStreamOptions<Item> {
  readonly source: ItemSource<Item>;
  /** Aborting it closes the stream; whoever makes the stream closes it where it has aborted already. */
  readonly signal: AbortSignal | undefined;
  readonly onClose: () => void;
}

/** The items that `makeItem` makes of what is in a queue. */
export function createSource<T, Item>(
  queue: StreamQueue<T>,
  makeItem: (queued: QueuedEvent<T>) => Item,
): ItemSource<Item> {
  return {
    get lost() {
      return queue.lost;
    },
    async next() {
      const queued = await queue.next();
      return queued && makeItem(queued);
    },
    close: () => queue.close(),
  };
}

/**
 * What comes from the other side by itself, in order: `for await (const item of stream)`.
 *
 * Items that come faster than they are read wait, up to a limit; then the oldest are lost, and the next one says how many.
 * The loop ends when the stream, its object or the client is closed here, and when the signal aborts; it throws
 * `ConnectionLostError` when the connection is lost for good, after the items that had come. Leaving the loop closes the stream.
 */
export class QueueStream<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #options: QueueStreamOptions<Item>;
  #open = true;
  readonly #abort = (): void => this.close();

  /** @internal */
  constructor(options: QueueStreamOptions<Item>) {
    this.#options = options;
    if (options.signal?.aborted === false) watchAbort(options.signal, this.#abort);
  }

  /** Items lost so far, on the way and here, also those after the last one read; of a time without connection those that are known. */
  get lost(): number {
    return this.#options.source.lost;
  }

  /** The next item, when it comes. Several calls may wait at once; they are served in order. */
  async next(): Promise<IteratorResult<Item, undefined>> {
    const item = await this.#options.source.next();
    return item === undefined ? { done: true, value: undefined } : { done: false, value: item };
  }

  /** Ends the stream and drops what waits in it; the other side sends no more. May be called again. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const { source, signal, onClose } = this.#options;
    if (signal !== undefined) unwatchAbort(signal, this.#abort);
    source.close();
    onClose();
  }

  /** What `for await` calls when it is left early: closes. */
  async return(): Promise<IteratorResult<Item, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** @throws PdmError `ERR_PDM_OPTION` for what is no whole number above 0 */
export function checkQueueSize(name: string, size: number): number {
  if (Number.isSafeInteger(size) && size >= 1) return size;
  throw new PdmError("ERR_PDM_OPTION", `${name} must be a whole number above 0, not ${String(size)}`);
}
