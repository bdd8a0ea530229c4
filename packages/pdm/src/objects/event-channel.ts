import type { EventSource } from "./interfaces.js";

/** An event source that the service feeds with `notify`. */
export class EventChannel<E = unknown> implements EventSource<E> {
  /** Replaced, never changed, so that a `notify` under way goes on over those who listened when it began. */
  #listeners: readonly ((event: E) => void)[] = [];

  /** Whether anybody listens: test it where making the event costs something. */
  get hasSubscribers(): boolean {
    return this.#listeners.length > 0;
  }

  /** Adds `listener`; one that is there already is not added again. */
  subscribe(listener: (event: E) => void): void {
    if (!this.#listeners.includes(listener)) this.#listeners = [...this.#listeners, listener];
  }

  unsubscribe(listener: (event: E) => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /**
   * Calls every listener with `event`, in the order of subscription, those excepted that unsubscribe meanwhile.
   *
   * Never throws: what a listener throws becomes a process warning, and the others are called all the same.
   */
  notify(event: E): void {
    const listeners = this.#listeners;
    if (listeners.length === 0) return;
    for (const listener of listeners) {
      if (listeners !== this.#listeners && !this.#listeners.includes(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error), { code: "PDM_LISTENER_THREW" });
      }
    }
  }
}
