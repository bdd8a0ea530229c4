import type { Validator } from "../schema/validator.js";
import type { ObjectDescription } from "./description.js";
import { isDevelopment, reportMisfit } from "./development.js";
import { EventChannel } from "./event-channel.js";

/** An event that says what it is: what `event()` returns. */
export class DescribedChannel<E = unknown> extends EventChannel<E> {
  readonly #description: ObjectDescription;

  /** @internal */
  constructor(description: ObjectDescription, outgoing?: Validator) {
    super();
    this.#description = description;
    if (outgoing === undefined || !isDevelopment()) return;
    // Only then, and not in the class: else each unheard event of every service would pay for it.
    this.notify = (event) => {
      reportMisfit(this, "its event", event, outgoing);
      super.notify(event);
    };
  }

  describe(): ObjectDescription {
    return this.#description;
  }
}
