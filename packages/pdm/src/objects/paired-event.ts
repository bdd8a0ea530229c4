import type { Validator } from "../schema/validator.js";
import type { ObjectDescription } from "./description.js";
import { DescribedChannel } from "./described-channel.js";
import { isDevelopment, reportMisfit } from "./development.js";
import { FinishEvent, StartEvent } from "./event.js";

/** Something that goes on for a while, with an event at its start and one at its finish, which share an id. */
export class PairedEvent<S extends object, F extends object> extends DescribedChannel<
  (StartEvent & S) | (FinishEvent & Partial<F>)
> {
  readonly #parts: { readonly start: Validator; readonly finish: Validator } | undefined;

  /** @internal */
  constructor(description: ObjectDescription, parts: { readonly start: Validator; readonly finish: Validator }) {
    super(description);
    this.#parts = isDevelopment() ? parts : undefined;
  }

  /** Tells of a start, an event with the fields of `payload`; returns what goes on now. */
  start(payload: S): RunningEvent<F> {
    if (this.#parts !== undefined) reportMisfit(this, "its start", payload, this.#parts.start);
    const event = new StartEvent();
    this.notify(Object.assign(event, payload, { id: event.id, time: event.time }));
    return new RunningEvent((aborted, fields) => this.#finish(event, aborted, fields));
  }

  #finish(start: StartEvent, aborted: boolean, payload: Partial<F>): void {
    if (this.#parts !== undefined && !aborted) reportMisfit(this, "its finish", payload, this.#parts.finish);
    const event = new FinishEvent(start, aborted);
    this.notify(Object.assign(event, payload, { id: event.id, time: event.time, aborted }));
  }
}

/** What has started and not finished. Only the first call of `finish` or `abort` counts; at the end of a `using` block it is aborted. */
export class RunningEvent<F extends object> implements Disposable {
  #end: ((aborted: boolean, fields: Partial<F>) => void) | undefined;

  /** @internal */
  constructor(end: (aborted: boolean, fields: Partial<F>) => void) {
    this.#end = end;
  }

  /** Tells that it is done, with the fields of `payload`. */
  finish(payload: F): void {
    this.#finish(false, payload);
  }

  /** Tells that it ended before it was done, with whatever fields there are. */
  abort(payload: Partial<F> = {}): void {
    this.#finish(true, payload);
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  #finish(aborted: boolean, fields: Partial<F>): void {
    const end = this.#end;
    this.#end = undefined;
    end?.(aborted, fields);
  }
}
