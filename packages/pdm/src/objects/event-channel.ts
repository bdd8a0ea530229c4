import { warn } from "../warning.js";
import type { EventSource } from "./interfaces.js";

/** An event source that the service feeds with `notify`. */
export class EventChannel<E = unknown> implements EventSource<E> {
  /** Each with its place in the order of subscription, so that a `notify` under way stops before those who came since. */
  readonly #listeners = new Map<(event: E) => void, number>();
  #nextPlace = 0;

  /** Whether anybody listens: test it where making the event costs something. */
  get hasSubscribers(): boolean {
    return this.#listeners.size > 0;
  }

  /** Adds `listener`; one that is there already is not added again. */
  subscribe(listener: (event: E) => void): void {
    if (!this.#listeners.has(listener)) this.#listeners.set(listener, this.#nextPlace++);
  }

  unsubscribe(listener: (event: E) => void): void {
    this.#listeners.delete(listener);
  }

  /**
   * Calls every listener with `event`, in the order of subscription, those excepted that unsubscribe meanwhile.
   *
   * Never throws: what a listener throws becomes a process warning, and the others are called all the same.
   */
  notify(event: E): void {
    if (this.#listeners.size === 0) return;
    const end = this.#nextPlace;
    for (const [listener, place] of this.#listeners) {
      if (place >= end) return;
      try {
        listener(event);
      } catch (error) {
        warn("PDM_LISTENER_THREW", "a listener of an event threw", error);
      }
    }
  }
}
