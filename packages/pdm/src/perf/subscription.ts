import type { Limits } from "../limits.js";
import { isOccasion, shareOccasions } from "../objects/occasion.js";
import type { Occasion } from "../objects/occasion.js";
import type { Connection } from "../session/connection.js";
import type { QueuedEventSource } from "../session/event-queue.js";
import { warn } from "../warning.js";
import { encodeEventBody, encodeEventHead, encodeLossNotice, joinEventFrame } from "./message.js";
import type { ObjectId } from "./request.js";

/** What was made of an event on an occasion that its listeners share, for those with the same limits. */
const shared = new WeakMap<Occasion, { readonly limits: Limits; readonly body: Buffer }>();

/** The event's part of a frame; made once for all subscriptions that are told of it together. */
function encodeOnce(event: unknown, occasion: unknown, limits: Limits): Buffer {
  if (!isOccasion(occasion)) return encodeEventBody(event, limits);
  const known = shared.get(occasion);
  if (known?.limits === limits) return known.body;
  const body = encodeEventBody(event, limits);
  shared.set(occasion, { limits, body });
  return body;
}

/** One client's subscription to one object. */
export class Subscription implements QueuedEventSource {
  readonly #connection: Connection;
  readonly #id: ObjectId;
  readonly #target: string;
  /** Lost from the queue, before all that is in it. */
  #lost = 0;
  /** Could not be sent since the last one that was queued. */
  #unsent = 0;
  #ended = false;
  readonly #head: Buffer;

  constructor(connection: Connection, id: ObjectId, target: string) {
    this.#connection = connection;
    this.#id = id;
    this.#head = encodeEventHead(id);
    this.#target = target;
  }

  /** No event is sent any more, whatever the object does. */
  end(): void {
    this.#ended = true;
    this.#connection.discardEvents(this);
  }

  countLost(count: number): void {
    this.#lost += count;
  }

  takeLossNotice(lostBefore: number): Buffer | undefined {
    const lost = this.#lost + lostBefore;
    this.#lost = 0;
    return lost === 0 ? undefined : encodeLossNotice(this.#id, lost);
  }

  /** Takes the object's events. Encoded at once: the service may change the event afterwards. Never throws into the service's `notify`. */
  readonly listener: (event: unknown, occasion?: unknown) => void = shareOccasions((event, occasion): void => {
    if (this.#ended) return;
    let frame: Buffer;
    try {
      frame = joinEventFrame(this.#head, encodeOnce(event, occasion, this.#connection.limits));
    } catch (error) {
      this.#unsent += 1;
      warn("PDM_UNSENDABLE_EVENT", `an event of ${this.#target} cannot be sent`, error);
      return;
    }
    const lostBefore = this.#unsent;
    this.#unsent = 0;
    this.#connection.sendEvent(frame, this, lostBefore);
  });
}
