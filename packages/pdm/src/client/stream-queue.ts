import { Fifo } from "./fifo.js";

/** An event as it came, whatever the protocol. */
export interface ReceivedEvent {
  /** `MODULE.NAME` of a Python class, the name of a JavaScript class; empty for what is no instance. */
  readonly className: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The whole. */
  readonly value: unknown;
  readonly sequence: number | undefined;
  /** Seconds since 1970. */
  readonly time: number | undefined;
  /** Events that the server left out before it, as the subscription asked. */
  readonly skipped: number;
}

/** What is known of the time during which a stream had no connection. */
export interface StreamGap {
  /** How many events there were meanwhile, which are lost; undefined where that cannot be known. */
  readonly lost: number | undefined;
  /** Whether it is another process that answers now, with its state from the beginning. */
  readonly restarted: boolean;
}

/** An event, and what was lost between the one before and it. */
export interface QueuedEvent<T> {
  readonly event: T;
  readonly memoryBytes: number;
  lost: number;
  gap: StreamGap | undefined;
}

/** Events that wait for one reader. When there are too many, the oldest are lost, and the next one says how many. */
export class StreamQueue<T> {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #events = new Fifo<QueuedEvent<T>>();
  readonly #readers = new Fifo<(event: QueuedEvent<T> | undefined) => void>();
  #bytes = 0;
  #lost = 0;
  /** Lost since the last event in the queue. */
  #lostAtEnd = 0;
  /** Since the last event in the queue. */
  #gapAtEnd: StreamGap | undefined;
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

  /** There was no connection for a while; what is known to be lost of that counts as lost. */
  noteGap(gap: StreamGap): void {
    this.noteLost(gap.lost ?? 0);
    this.#gapAtEnd = joinGaps(this.#gapAtEnd, gap);
  }

  push(event: T, memoryBytes: number): void {
    const queued: QueuedEvent<T> = { event, memoryBytes, lost: this.#lostAtEnd, gap: this.#gapAtEnd };
    this.#lostAtEnd = 0;
    this.#gapAtEnd = undefined;
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
  async next(): Promise<QueuedEvent<T> | undefined> {
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

  #take(): QueuedEvent<T> | undefined {
    const taken = this.#events.shift();
    if (taken !== undefined) this.#bytes -= taken.memoryBytes;
    return taken;
  }

  #lose(): void {
    const taken = this.#take();
    if (taken === undefined) return;
    this.#lost += 1;
    const lost = taken.lost + 1;
    const next = this.#events.peek();
    if (next === undefined) {
      this.#lostAtEnd += lost;
      this.#gapAtEnd = joinGaps(taken.gap, this.#gapAtEnd);
    } else {
      next.lost += lost;
      next.gap = joinGaps(taken.gap, next.gap);
    }
  }
}

/** Two gaps without an event between them are one. */
function joinGaps(one: StreamGap | undefined, other: StreamGap | undefined): StreamGap | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const lost = one.lost === undefined || other.lost === undefined ? undefined : one.lost + other.lost;
  return { lost, restarted: one.restarted || other.restarted };
}
