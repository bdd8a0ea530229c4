/** Where queued events come from: it is told of each that was lost. */
export interface QueuedEventSource {
  /** So many events of this source were dropped, older than all that are still queued of it. */
  countLost(count: number): void;
  /** What goes out before this source's next event: how many before it were lost, with `lostBefore` more. Clears the count. */
  takeLossNotice(lostBefore: number): Buffer | undefined;
}

interface QueuedEvent {
  frame: Buffer;
  readonly source: QueuedEventSource;
  /** Events of the source that were lost between the one queued before and this one. */
  readonly lostBefore: number;
  /** A later one took its place. */
  isGone: boolean;
}

/** Bytes that a queued event costs beside its frame: two objects, and the memory of a buffer of its own. */
const ENTRY_BYTES = 300;

const NOTHING: Buffer = Buffer.alloc(0);

/** Events that wait for a slow reader: bounded, the oldest is lost first, and each loss is counted where it belongs. */
export class EventQueue {
  readonly #maxBytes: number;
  /** The first ones are gone, up to `#first`. */
  #events: (QueuedEvent | undefined)[] = [];
  #first = 0;
  /** Events that are there, and not gone. */
  #count = 0;
  #bytes = 0;
  #dropped = 0;
  /** What waits of each source that wants only its latest event to wait. */
  readonly #latest = new Map<QueuedEventSource, QueuedEvent>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that the queue holds. */
  get heldBytes(): number {
    return this.#bytes;
  }

  /** Events that were dropped so far because the queue was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Adds an event; the newest stays, however large it is.
   *
   * @param isLatestOnly whether what waits of the source goes for it, uncounted: the source tells of that itself
   */
  push(frame: Buffer, source: QueuedEventSource, lostBefore: number = 0, isLatestOnly: boolean = false): void {
    const event: QueuedEvent = { frame, source, lostBefore, isGone: false };
    if (isLatestOnly) {
      const before = this.#latest.get(source);
      if (before !== undefined) this.#give(before);
      this.#latest.set(source, event);
    }
    this.#events.push(event);
    this.#count += 1;
    this.#bytes += frame.length + ENTRY_BYTES;
    while (this.#bytes > this.#maxBytes && this.#count > 1) {
      const lost = this.#shift();
      this.#dropped += 1;
      lost?.source.countLost(1 + lost.lostBefore);
    }
  }

  /** The next bytes to send: an event's frame, its source's notice of losses before it where there is one. */
  take(): Buffer | undefined {
    const event = this.#shift();
    if (event === undefined) return undefined;
    const notice = event.source.takeLossNotice(event.lostBefore);
    return notice === undefined ? event.frame : Buffer.concat([notice, event.frame]);
  }

  /** Drops what waits of `source`, without counting it as lost: nobody listens any more. */
  discard(source: QueuedEventSource): void {
    this.#latest.delete(source);
    this.#keep((event) => event.source !== source);
  }

  clear(): void {
    this.#latest.clear();
    this.#keep(() => false);
  }

  /** Lets go of an event where it stands. */
  #give(event: QueuedEvent): void {
    this.#count -= 1;
    this.#bytes -= event.frame.length + ENTRY_BYTES;
    event.isGone = true;
    event.frame = NOTHING;
    // Once most are gone, so that it is cheap on average.
    if (this.#count * 2 < this.#events.length - this.#first) this.#keep(() => true);
  }

  #keep(isKept: (event: QueuedEvent) => boolean): void {
    const events = this.#events.filter((event) => event !== undefined && !event.isGone && isKept(event));
    this.#events = events;
    this.#first = 0;
    this.#count = events.length;
    this.#bytes = events.reduce((sum, event) => sum + (event?.frame.length ?? 0) + ENTRY_BYTES, 0);
  }

  #shift(): QueuedEvent | undefined {
    let event: QueuedEvent | undefined;
    do {
      event = this.#events[this.#first];
      if (event === undefined) return undefined;
      this.#events[this.#first] = undefined;
      this.#first += 1;
    } while (event.isGone);
    this.#count -= 1;
    this.#bytes -= event.frame.length + ENTRY_BYTES;
    if (this.#latest.size > 0 && this.#latest.get(event.source) === event) this.#latest.delete(event.source);
    // Moving the rest to the front once half is gone keeps a shift cheap on average.
    if (this.#first * 2 >= this.#events.length) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
    return event;
  }
}
