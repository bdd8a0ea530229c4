import { Fifo } from "./fifo.js";
import type { PythonObject } from "./python-object.js";

/** An event as it came. */
export interface ReceivedEvent extends PythonObject {
  /** The whole, unpickled. */
  readonly value: unknown;
}

/** An event, and how many were lost between the one before and it. */
export interface QueuedEvent {
  readonly event: ReceivedEvent;
  readonly memoryBytes: number;
  lost: number;
}

/** Events that wait for one reader. When there are too many, the oldest are lost, and the next one says how many. */
export class StreamQueue {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #events = new Fifo<QueuedEvent>();
  readonly #readers = new Fifo<(event: QueuedEvent | undefined) => void>();
  #bytes = 0;
  #lost = 0;
  /** Lost since the last event in the queue. */
  #lostAtEnd = 0;
  #ended = false;
  #makeError: (() => unknown) | undefined;

  constructor(maxEvents: number, maxBytes: number) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
  }

  /** How many were lost so far, here and on the way. */
  get lost(): number {
    return this.#lost;
  }

  /** So many events were lost on the way, just now. */
  noteLost(count: number): void {
    this.#lost += count;
    this.#lostAtEnd += count;
  }

  push(event: ReceivedEvent, memoryBytes: number): void {
    const queued: QueuedEvent = { event, memoryBytes, lost: this.#lostAtEnd };
    this.#lostAtEnd = 0;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader(queued);
      return;
    }
    this.#events.push(queued);
    this.#bytes += memoryBytes;
    while (this.#events.length > this.#maxEvents || (this.#bytes > this.#maxBytes && this.#events.length > 1))
      this.#lose();
  }

  /**
   * The next event, when it comes; undefined at the end.
   *
   * @throws the error with which the stream ended, once, after the events that came before it
   */
  async next(): Promise<QueuedEvent | undefined> {
    const next =
      this.#take() ?? (this.#ended ? undefined : await new Promise((resolve) => this.#readers.push(resolve)));
    if (next !== undefined || this.#makeError === undefined) return next;
    const makeError = this.#makeError;
    this.#makeError = undefined;
    throw makeError();
  }

  /** No more events come; those that wait can still be read, and then, where there is one, the error. */
  end(makeError?: () => unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#makeError = makeError;
    for (const reader of this.#readers.drain()) reader(undefined);
  }

  /** Nobody reads any more. */
  close(): void {
    this.end();
    this.#makeError = undefined;
    this.#events.clear();
    this.#bytes = 0;
  }

  #take(): QueuedEvent | undefined {
    const taken = this.#events.shift();
    if (taken !== undefined) this.#bytes -= taken.memoryBytes;
    return taken;
  }

  #lose(): void {
    const lost = (this.#take()?.lost ?? 0) + 1;
    this.#lost += 1;
    const next = this.#events.peek();
    if (next === undefined) this.#lostAtEnd += lost;
    else next.lost += lost;
  }
}
