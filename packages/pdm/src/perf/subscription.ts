import type { EventSource } from "../objects/interfaces.js";
import type { Limits } from "../limits.js";
import { Tuple } from "../pickle/values.js";
import type { Connection } from "../session/connection.js";
import type { QueuedEventSource } from "../session/event-queue.js";
import { encodeMessage } from "./message.js";
import { createEvent, createLossNotice } from "./python-form.js";
import type { ObjectId } from "./request.js";

/** One client's subscription to one object. */
export class Subscription implements QueuedEventSource {
  readonly #connection: Connection;
  readonly #id: ObjectId;
  readonly #target: string;
  readonly #source: EventSource;
  #lost = 0;
  #ended = false;
  #reported = false;

  constructor(connection: Connection, id: ObjectId, target: string, source: EventSource) {
    this.#connection = connection;
    this.#id = id;
    this.#target = target;
    this.#source = source;
  }

  /** Subscribes at the object; what that throws passes through. Call it once. */
  begin(): unknown {
    return this.#source.subscribe(this.#forward);
  }

  /** Ends it; no event is sent afterwards, whatever the object does. What the object throws passes through. */
  end(): unknown {
    this.#ended = true;
    this.#connection.discardEvents(this);
    return this.#source.unsubscribe(this.#forward);
  }

  countLost(): void {
    this.#lost += 1;
  }

  takeLossNotice(): Buffer | undefined {
    if (this.#lost === 0) return undefined;
    const notice = Tuple.of<unknown>("*", this.#id, createLossNotice(this.#lost));
    this.#lost = 0;
    return encodeMessage(notice, this.#limits, false);
  }

  get #limits(): Limits {
    return this.#connection.limits;
  }

  /** Encoded at once: the service may change the event afterwards. Never throws into the service's `notify`. */
  readonly #forward = (event: unknown): void => {
    if (this.#ended) return;
    let frame: Buffer;
    try {
      frame = encodeMessage(Tuple.of<unknown>("*", this.#id, createEvent(event)), this.#limits, false);
    } catch (error) {
      this.countLost();
      this.#reportOnce(error);
      return;
    }
    this.#connection.sendEvent(frame, this);
  };

  #reportOnce(error: unknown): void {
    if (this.#reported) return;
    this.#reported = true;
    const reason = error instanceof Error ? error.message : "it cannot be read";
    process.emitWarning(`an event of ${this.#target} cannot be sent: ${reason}`, { code: "PDM_UNSENDABLE_EVENT" });
  }
}
