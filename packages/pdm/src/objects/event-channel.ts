import { warn } from "../warning.js";
import type { EventSource } from "./interfaces.js";
import { createOccasion, sharesOccasions } from "./occasion.js";
import type { Occasion } from "./occasion.js";

/** A listener with its place in the order of subscription, so that a `notify` under way stops before those who came since. */
interface Listening {
  readonly place: number;
  readonly sharesOccasions: boolean;
}

/** An event source that the service feeds with `notify`. */
export class EventChannel<E = unknown> implements EventSource<E> {
  readonly #listeners = new Map<(event: E, occasion?: Occasion) => void, Listening>();
  #nextPlace = 0;
  #sequence = 0;

  /** Whether anybody listens: test it where making the event costs something. */
  get hasSubscribers(): boolean {
    return this.#listeners.size > 0;
  }

  /** The number of the last event: how many there were, heard or not. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Adds `listener`; one that is there already is not added again. */
  subscribe(listener: (event: E) => void): void {
    if (this.#listeners.has(listener)) return;
    this.#listeners.set(listener, { place: this.#nextPlace++, sharesOccasions: sharesOccasions(listener) });
  }

  unsubscribe(listener: (event: E) => void): void {
    this.#listeners.delete(listener);
  }

  /**
   * Calls every listener with `event`, in the order of subscription, those excepted that unsubscribe meanwhile. For all
   * clients together the event is encoded once.
   *
   * Never throws: what a listener throws becomes a process warning, and the others are called all the same.
   */
  notify(event: E): void {
    const sequence = ++this.#sequence;
    if (this.#listeners.size === 0) return;
    const end = this.#nextPlace;
    const occasion = createOccasion(sequence);
    for (const [listener, listening] of this.#listeners) {
      if (listening.place >= end) return;
      try {
        if (listening.sharesOccasions) listener(event, occasion);
        else listener(event);
      } catch (error) {
        warn("PDM_LISTENER_THREW", "a listener of an event threw", error);
      }
    }
  }
}
