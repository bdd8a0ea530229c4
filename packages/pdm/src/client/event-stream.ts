import { unwatchAbort, watchAbort } from "./abort-watch.js";
import type { StreamQueue, QueuedEvent } from "./stream-queue.js";

/** Something that happened on the other side. */
export class RemoteEvent {
  /** The event's class, `MODULE.NAME`, such as `pdm.perf.event`; empty where the event is no instance: look at `value` then. */
  readonly pythonClass: string;
  /** The event's fields, such as `time`; frozen and without prototype. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Events lost just before this one, because this program or the connection was too slow. */
  readonly lost: number;
  /** The event as it was unpickled, in the forms of docs/values.md. */
  readonly value: unknown;

  /** @internal */
  constructor({ event, lost }: QueuedEvent) {
    this.pythonClass = event.pythonClass;
    this.fields = event.fields;
    this.lost = lost;
    this.value = event.value;
  }
}

/**
 * Events of one object, in order, from `subscribe` on: `for await (const event of stream)`.
 *
 * Events that come faster than they are read wait, up to a limit; then the oldest are lost, and the next event says how
 * many. The loop ends when the stream, its object or the client is closed here, and when the signal aborts; it throws
 * `ConnectionLostError` when the connection is lost, after the events that had come. Leaving the loop closes the stream.
 */
export class EventStream implements AsyncIterableIterator<RemoteEvent, undefined> {
  readonly #queue: StreamQueue;
  readonly #signal: AbortSignal | undefined;
  readonly #onClose: () => void;
  #open = true;
  readonly #abort = (): void => this.close();

  /** @internal Whoever makes it closes it where the signal has aborted already. */
  constructor(queue: StreamQueue, signal: AbortSignal | undefined, onClose: () => void) {
    this.#queue = queue;
    this.#signal = signal;
    this.#onClose = onClose;
    if (signal?.aborted === false) watchAbort(signal, this.#abort);
  }

  /** Events lost so far, on the way and here, also those after the last event read. */
  get lost(): number {
    return this.#queue.lost;
  }

  /** The next event, when it comes. Several calls may wait at once; they are served in order. */
  async next(): Promise<IteratorResult<RemoteEvent, undefined>> {
    const queued = await this.#queue.next();
    return queued === undefined ? { done: true, value: undefined } : { done: false, value: new RemoteEvent(queued) };
  }

  /** Ends the stream, drops what waits in it, and, with the last stream of an object, the subscription. May be called again. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#signal !== undefined) unwatchAbort(this.#signal, this.#abort);
    this.#queue.close();
    this.#onClose();
  }

  /** What `for await` calls when it is left early: closes. */
  async return(): Promise<IteratorResult<RemoteEvent, undefined>> {
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
