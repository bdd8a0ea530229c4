import { readClockMs } from "../clock.js";
import type { Limits } from "../limits.js";
import { isOccasion, shareOccasions } from "../objects/occasion.js";
import type { Occasion } from "../objects/occasion.js";
import type { ObjectReference } from "../session/access.js";
import { unsubscribeObject } from "../session/access.js";
import type { Connection } from "../session/connection.js";
import type { QueuedEventSource } from "../session/event-queue.js";
import { warn } from "../warning.js";
import type { FieldFilter } from "./field-filter.js";
import { encodeNotification } from "./message.js";
import type { Sending } from "./subscriptions.js";
import { encodeAlone, limitValue } from "./value-text.js";

/** What a subscriber wants of the events. */
export interface EventWishes {
  /** Only those that fit. */
  readonly filter?: FieldFilter | undefined;
  /** Milliseconds from one event to the next that is sent, at least; of those between, the latest is sent in the end. */
  readonly minIntervalMs?: number | undefined;
  /** Whether an event that waits for the client is dropped when a later one comes. */
  readonly latestOnly?: boolean | undefined;
}

/** The part of an event's line that all subscribers share, encoded once for those with the same limits. */
const shared = new WeakMap<Occasion, { readonly limits: Limits; readonly tail: Buffer }>();

/** One client's subscription to the events of one object. */
export class EventSubscription implements Sending, QueuedEventSource {
  readonly number: number;
  /** For the source to call: never throws into the service's `notify`. */
  readonly listener: (event: unknown, occasion?: unknown) => void;
  readonly #connection: Connection;
  readonly #target: ObjectReference;
  readonly #wishes: EventWishes;
  /** The source's number of the last event, and where it numbers none, how many there were. */
  #sequence = 0;
  /** Lost from the queue, before all that is in it. */
  #lost = 0;
  /** What those would have said were skipped before them. */
  #lostSkips = 0;
  /** Could not be sent since the last one that was queued. */
  #unsent = 0;
  /** Left out since the last one that was queued, as the client wished. */
  #skipped = 0;
  /** Of each event that waits for the client, the oldest first, how many it says were skipped; only where any may be. */
  readonly #waiting: number[] = [];
  /** What the last one that waits says of others that could not be sent. */
  #unsentBeforeLast = 0;
  #isOver = false;
  #lastSentMs = -Infinity;
  /** The latest event that came too early. */
  #withheld: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, number: number, target: ObjectReference, wishes: EventWishes) {
    this.number = number;
    this.#connection = connection;
    this.#target = target;
    this.#wishes = wishes;
    this.listener = shareOccasions((event, occasion) => this.#receive(event, occasion));
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#withhold(undefined);
    this.#connection.discardEvents(this);
    unsubscribeObject(this.#connection.session, this.#target, this.listener);
  }

  countLost(count: number): void {
    this.#lost += count;
    this.#lostSkips += this.#waiting.shift() ?? 0;
  }

  takeLossNotice(lostBefore: number): Buffer | undefined {
    this.#waiting.shift();
    const count = this.#lost + lostBefore;
    this.#lost = 0;
    if (count === 0) return undefined;
    const skipped = this.#lostSkips > 0 ? `,"skipped":${this.#lostSkips}` : "";
    this.#lostSkips = 0;
    return Buffer.from(encodeNotification("lost", `{"subscription":${this.number},"count":${count}${skipped}}`));
  }

  #receive(event: unknown, occasion: unknown): void {
    if (this.#isOver) return;
    this.#sequence = isOccasion(occasion) ? (occasion.sequence ?? this.#sequence + 1) : this.#sequence + 1;
    let tail: Buffer;
    try {
      if (this.#wishes.filter?.(event) === false) return;
      tail = this.#encodeOnce(event, occasion);
    } catch (error) {
      this.#unsent += 1;
      warn("PDM_UNSENDABLE_EVENT", `an event of ${this.#target.name} cannot be sent`, error);
      return;
    }
    const { minIntervalMs } = this.#wishes;
    if (minIntervalMs === undefined) this.#send(tail);
    else this.#sendInTime(tail, minIntervalMs);
  }

  #sendInTime(tail: Buffer, minIntervalMs: number): void {
    const nowMs = readClockMs();
    if (this.#timer === undefined && nowMs - this.#lastSentMs >= minIntervalMs) {
      this.#lastSentMs = nowMs;
      this.#send(tail);
      return;
    }
    if (this.#withheld !== undefined) this.#skipped += 1;
    this.#withhold(tail);
    // Holding it may have cost the client its connection.
    if (this.#isOver) return;
    this.#timer ??= setTimeout(() => this.#release(), Math.max(1, minIntervalMs - (nowMs - this.#lastSentMs))).unref();
  }

  #release(): void {
    this.#timer = undefined;
    const tail = this.#withheld;
    this.#withhold(undefined);
    this.#lastSentMs = readClockMs();
    if (tail !== undefined) this.#send(tail);
  }

  #withhold(tail: Buffer | undefined): void {
    const more = (tail?.length ?? 0) - (this.#withheld?.length ?? 0);
    this.#withheld = tail;
    this.#connection.account.charge(more);
  }

  #send(tail: Buffer): void {
    const { latestOnly = false, minIntervalMs } = this.#wishes;
    const replaced = latestOnly ? this.#waiting.pop() : undefined;
    if (replaced !== undefined) {
      this.#skipped += replaced + 1;
      this.#unsent += this.#unsentBeforeLast;
    }
    const skipped = this.#skipped > 0 ? `"skipped":${this.#skipped},` : "";
    const head = `{"jsonrpc":"2.0","method":"event","params":{"subscription":${this.number},${skipped}`;
    const lostBefore = this.#unsent;
    if (latestOnly || minIntervalMs !== undefined) this.#waiting.push(this.#skipped);
    this.#skipped = 0;
    this.#unsent = 0;
    this.#unsentBeforeLast = lostBefore;
    this.#connection.sendEvent(joinLine(head, tail), this, lostBefore, latestOnly);
  }

  /** Encoded at once: the service may change the event afterwards. */
  #encodeOnce(event: unknown, occasion: unknown): Buffer {
    const { limits } = this.#connection;
    const known = isOccasion(occasion) ? shared.get(occasion) : undefined;
    if (known?.limits === limits && isOccasion(occasion) && occasion.sequence !== undefined) return known.tail;
    const value = encodeAlone(event, limitValue(limits));
    const tail = Buffer.from(`"sequence":${this.#sequence},"time":${Date.now() / 1000},"value":${value}}}\n`);
    if (isOccasion(occasion)) shared.set(occasion, { limits, tail });
    return tail;
  }
}

function joinLine(head: string, tail: Buffer): Buffer {
  const line = Buffer.allocUnsafe(head.length + tail.length);
  line.write(head, 0, "latin1");
  tail.copy(line, head.length);
  return line;
}
