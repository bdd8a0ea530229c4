import { QueueStream } from "./queue-stream.js";
import type { QueuedEvent, ReceivedEvent, StreamGap } from "./stream-queue.js";

/** Something that happened on the other side. */
export class RemoteEvent<E = unknown> {
  /**
   * The event's class: `MODULE.NAME` of a Python class, such as `pdm.perf.event`, over `perf`; the name of a JavaScript class
   * over `rpc`. Empty where the event is no instance: look at `value` then.
   */
  readonly pythonClass: string;
  /** The event's fields, such as `time`; frozen and without prototype. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Events lost just before this one, because this program, the connection or the server was too slow, or there was no connection. */
  readonly lost: number;
  /**
   * Set on the first event after the client has connected again: what is known of the time between. Its `lost` events, where
   * they can be counted, are in `lost` too.
   */
  readonly gap: StreamGap | undefined;
  /** The number of the event, counted by its source from 1 on, with those that this stream was not sent; undefined over `perf`. */
  readonly sequence: number | undefined;
  /** When it happened, in seconds since 1970; undefined where the server does not say. */
  readonly time: number | undefined;
  /** Events left out just before this one, as `minIntervalMs` or `latestOnly` asked. */
  readonly skipped: number;
  /** The event as it came, in the forms of docs/values.md. */
  readonly value: E;

  /** @internal */
  constructor({ event, lost, gap }: QueuedEvent<ReceivedEvent>) {
    this.pythonClass = event.className;
    this.fields = event.fields;
    this.lost = lost;
    this.gap = gap;
    this.sequence = event.sequence;
    this.time = event.time;
    this.skipped = event.skipped;
    // The other side's description said that it is one.
    this.value = event.value as E;
  }
}

/** Events of one object, in order, from `subscribe` on. {@inheritDoc QueueStream} */
export class EventStream<E = unknown> extends QueueStream<RemoteEvent<E>> {}
