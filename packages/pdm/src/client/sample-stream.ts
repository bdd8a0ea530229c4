import { QueueStream } from "./queue-stream.js";
import type { ReadItem } from "./request-options.js";
import type { QueuedEvent, StreamGap } from "./stream-queue.js";

/** A sample as it came. */
export interface ReceivedSample {
  readonly time: number;
  readonly items: readonly ReadItem[];
  readonly skipped: number;
}

/** What the sampled attributes were at one moment. */
export class RemoteSample {
  /** When the server read them, in seconds since 1970. */
  readonly time: number;
  /** Each attribute's value, or why it could not be read; with `onChange` those that changed. */
  readonly items: readonly ReadItem[];
  /** Samples left out just before this one, because the server was too slow to read or the connection to take them. */
  readonly skipped: number;
  /** Samples lost just before this one, because this program was too slow. */
  readonly lost: number;
  /** Set on the first sample after the client has connected again; how many samples there would have been is not known. */
  readonly gap: StreamGap | undefined;

  /** @internal */
  constructor({ event, lost, gap }: QueuedEvent<ReceivedSample>) {
    this.time = event.time;
    this.items = event.items;
    this.skipped = event.skipped;
    this.lost = lost;
    this.gap = gap;
  }
}

/** Samples of attributes, in order. {@inheritDoc QueueStream} */
export class SampleStream extends QueueStream<RemoteSample> {}
