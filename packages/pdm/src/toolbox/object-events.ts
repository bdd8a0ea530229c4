import { showBriefly } from "../engine/brief-value.js";
import { ignoreRejection, isPromiseLike } from "../engine/promise.js";
import { PdmError } from "../errors.js";
import { HEARD_EVENTS, REPL_LIMITS } from "../limits.js";
import type { EventSource } from "../objects/interfaces.js";
import { describeThrown } from "../warning.js";
import { printAsText } from "./tool.js";
import type { ToolHost } from "./tool.js";

/** How much of an event is printed. */
const SHOWN = { maxCharacters: 500, maxParts: 20, withProperties: true } as const;

/** Hears the events of one source until its limit, its end, or the session's. */
export class Subscription {
  readonly #name: string;
  readonly #source: EventSource;
  readonly #limit: number;
  readonly #hear: (event: unknown, number: number) => void;
  readonly #onStop: (subscription: Subscription) => void;
  readonly #listener = (event: unknown): void => this.#take(event);
  #heard = 0;
  #isStopped = false;

  constructor(
    name: string,
    source: EventSource,
    limit: number,
    hear: (event: unknown, number: number) => void,
    onStop: (subscription: Subscription) => void,
  ) {
    this.#name = name;
    this.#source = source;
    this.#limit = limit;
    this.#hear = hear;
    this.#onStop = onStop;
    const subscribed = source.subscribe(this.#listener);
    if (!isPromiseLike(subscribed)) return;
    // Where it ended meanwhile, it was unsubscribed before it stood.
    ignoreRejection(
      Promise.resolve(subscribed).then(() => {
        if (this.#isStopped) this.#unsubscribe();
      }),
    );
  }

  /** Events so far. */
  get heard(): number {
    return this.#heard;
  }

  /** Ends it. A second call does nothing. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#onStop(this);
    this.#unsubscribe();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  toString(): string {
    const heard = `${this.#heard} of ${this.#limit} events heard`;
    return this.#isStopped
      ? `no longer subscribed to ${this.#name}, ${heard}`
      : `subscribed to ${this.#name}, ${heard}; .stop() ends it`;
  }

  #take(event: unknown): void {
    if (this.#isStopped) return;
    this.#heard += 1;
    if (this.#heard >= this.#limit) this.stop();
    this.#hear(event, this.#heard);
  }

  #unsubscribe(): void {
    try {
      ignoreRejection(this.#source.unsubscribe(this.#listener));
    } catch {
      // What we are told from now on is not heard anyway.
    }
  }
}
printAsText(Subscription);

/** The subscriptions of one session, which end with it. */
export class ObjectEvents {
  readonly #host: ToolHost;
  readonly #subscriptions = new Set<Subscription>();
  #isOver = false;

  constructor(host: ToolHost) {
    this.#host = host;
    host.onEnd(() => {
      this.#isOver = true;
      for (const subscription of this.#subscriptions) subscription.stop();
    });
  }

  /**
   * Calls `listener` with each event, or prints them where there is none.
   *
   * @throws PdmError `ERR_PDM_TOOL` for a limit that is none, one subscription too many, and after the session's end; whatever the source throws
   */
  subscribe(
    name: string,
    source: EventSource,
    listener: ((event: unknown) => unknown) | undefined,
    { limit = HEARD_EVENTS.preset }: { readonly limit?: number | undefined } = {},
  ): Subscription {
    if (this.#isOver) throw new PdmError("ERR_PDM_TOOL", "the session ended: no events can be heard for it any more");
    if (listener !== undefined && typeof listener !== "function") {
      throw new PdmError("ERR_PDM_TOOL", `${name}.on takes a function, or nothing to have the events printed`);
    }
    if (!Number.isInteger(limit) || limit < 1 || limit > HEARD_EVENTS.most) {
      throw new PdmError(
        "ERR_PDM_TOOL",
        `limit must be a whole number of events from 1 to ${HEARD_EVENTS.most}, not ${String(limit)}`,
      );
    }
    if (this.#subscriptions.size >= REPL_LIMITS.subscriptions) {
      throw new PdmError("ERR_PDM_TOOL", `this session has ${REPL_LIMITS.subscriptions} subscriptions: stop one first`);
    }
    const hear = listener === undefined ? this.#createPrinter(name, limit) : this.#createCaller(name, listener);
    const subscription = new Subscription(name, source, limit, hear, (stopped) => this.#subscriptions.delete(stopped));
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** A promise of the next event; it stays pending where the session ends before. */
  next(name: string, source: EventSource): Promise<unknown> {
    return new Promise((resolve) => {
      this.subscribe(name, source, resolve, { limit: 1 });
    });
  }

  #createPrinter(name: string, limit: number): (event: unknown, number: number) => void {
    return (event, number) => {
      const last = number >= limit ? "\n(that was the last one: the subscription has ended)" : "";
      this.#host.print("stdout", `${name} ${number}/${limit} ${showBriefly(event, SHOWN)}${last}\n`);
    };
  }

  /** What a listener that was typed throws is its own session's concern. */
  #createCaller(name: string, listener: (event: unknown) => unknown): (event: unknown) => void {
    return (event) => {
      try {
        ignoreRejection(listener(event));
      } catch (error) {
        this.#host.print("stderr", `the listener of ${name} threw: ${describeThrown(error)}\n`);
      }
    };
  }
}
