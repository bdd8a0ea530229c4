/** Where queued events come from: it is told of each that was lost. */
export interface QueuedEventSource {
  /** One more event of this source was dropped, older than all that are still queued of it. */
  countLost(): void;
  /** What goes out before this source's next event, if events before it were lost; clears the count. */
  takeLossNotice(): Buffer | undefined;
}

interface QueuedEvent {
  readonly frame: Buffer;
  readonly source: QueuedEventSource;
}

/** Bytes that a queued event costs beside its frame: two objects, and the memory of a buffer of its own. */
const ENTRY_BYTES = 300;

/** Events that wait for a slow reader: bounded, the oldest is lost first, and each loss is counted where it belongs. */
export class EventQueue {
  readonly #maxBytes: number;
  #events: QueuedEvent[] = [];
  #first = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that the queue holds. */
  get heldBytes(): number {
    return this.#bytes;
  }

  push(frame: Buffer, source: QueuedEventSource): void {
    this.#events.push({ frame, source });
    this.#bytes += frame.length + ENTRY_BYTES;
    while (this.#bytes > this.#maxBytes) this.#shift()?.source.countLost();
  }

  /** The next bytes to send: an event's frame, its source's notice of losses before it where there is one. */
  take(): Buffer | undefined {
    const event = this.#shift();
    if (event === undefined) return undefined;
    const notice = event.source.takeLossNotice();
    return notice === undefined ? event.frame : Buffer.concat([notice, event.frame]);
  }

  /** Drops what waits of `source`, without counting it as lost: nobody listens any more. */
  discard(source: QueuedEventSource): void {
    this.#replace(this.#events.slice(this.#first).filter((event) => event.source !== source));
  }

  clear(): void {
    this.#replace([]);
  }

  #replace(events: QueuedEvent[]): void {
    this.#events = events;
    this.#first = 0;
    this.#bytes = events.reduce((sum, event) => sum + event.frame.length + ENTRY_BYTES, 0);
  }

  #shift(): QueuedEvent | undefined {
    const event = this.#events[this.#first];
    if (event === undefined) return undefined;
    this.#bytes -= event.frame.length + ENTRY_BYTES;
    this.#first += 1;
    // Moving the rest to the front once half is gone keeps a shift cheap on average; gone events are not kept alive long.
    if (this.#first * 2 >= this.#events.length) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
    return event;
  }
}
