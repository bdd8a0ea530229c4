import type { EventSource } from "../objects/interfaces.js";
import { Tuple } from "../pickle/values.js";
import type { Connection } from "../session/connection.js";
import { mapResult } from "../session/gate.js";
import type { QueuedEventSource } from "../session/event-queue.js";
import { warn } from "../warning.js";
import { encodeLossNotice, encodeMessage } from "./message.js";
import { createEvent } from "./python-form.js";
import type { ObjectId } from "./request.js";

/** One client's subscription to one object. */
export class Subscription implements QueuedEventSource {
  readonly #connection: Connection;
  readonly #id: ObjectId;
  readonly #target: string;
  readonly #source: EventSource;
  /** Lost from the queue, before all that is in it. */
  #lost = 0;
  /** Could not be sent since the last one that was queued. */
  #unsent = 0;
  #ended = false;

  constructor(connection: Connection, id: ObjectId, target: string, source: EventSource) {
    this.#connection = connection;
    this.#id = id;
    this.#target = target;
    this.#source = source;
  }

  /** Subscribes at the object; what that throws passes through. Call it once. */
  begin(): unknown {
    if (this.#ended) return undefined;
    return mapResult(this.#source.subscribe(this.#forward), () => {
      // Ended meanwhile, it was unsubscribed before it stood: the listener would stay for ever.
      if (this.#ended) this.#source.unsubscribe(this.#forward);
    });
  }

  /** Ends it; no event is sent afterwards, whatever the object does. What the object throws passes through. */
  end(): unknown {
    this.#ended = true;
    this.#connection.discardEvents(this);
    return this.#source.unsubscribe(this.#forward);
  }

  countLost(count: number): void {
    this.#lost += count;
  }

  takeLossNotice(lostBefore: number): Buffer | undefined {
    const lost = this.#lost + lostBefore;
    this.#lost = 0;
    return lost === 0 ? undefined : encodeLossNotice(this.#id, lost);
  }

  /** Encoded at once: the service may change the event afterwards. Never throws into the service's `notify`. */
  readonly #forward = (event: unknown): void => {
    if (this.#ended) return;
    let frame: Buffer;
    try {
      frame = encodeMessage(Tuple.of<unknown>("*", this.#id, createEvent(event)), this.#connection.limits, false);
    } catch (error) {
      this.#unsent += 1;
      warn("PDM_UNSENDABLE_EVENT", `an event of ${this.#target} cannot be sent`, error);
      return;
    }
    const lostBefore = this.#unsent;
    this.#unsent = 0;
    this.#connection.sendEvent(frame, this, lostBefore);
  };
}
