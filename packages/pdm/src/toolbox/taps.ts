import type { ObjectDescription } from "../objects/description.js";
import { EventChannel } from "../objects/event-channel.js";
import { expose, findModule } from "../objects/registry.js";
import { warn } from "../warning.js";

/** What of the object `pdm.taps` a copy of this package uses that did not make it. */
type TapEvents = Pick<EventChannel, "notify">;

const DESCRIPTION: ObjectDescription = Object.freeze({
  description: "Each value that somebody gave to tap() in a REPL.",
  // It may be anything in the process.
  event: { effect: "expose" },
} satisfies ObjectDescription);

/** The event `pdm.taps`. */
class TapChannel extends EventChannel {
  describe(): ObjectDescription {
    return DESCRIPTION;
  }
}

let events: TapEvents | undefined;

/**
 * Exposes `pdm.taps`, unless another copy of this package has, or the name is the service's own. Asked for by the first session,
 * so that others can listen before anything is tapped.
 */
export function openTaps(): TapEvents {
  return (events ??= findExposed() ?? exposeTaps());
}

function exposeTaps(): TapEvents {
  const channel = new TapChannel();
  try {
    expose("pdm", { taps: channel });
  } catch (error) {
    warn("PDM_INTERNAL", "pdm.taps is not exposed", error);
  }
  return channel;
}

function findExposed(): TapEvents | undefined {
  const exposed: Partial<EventChannel> | undefined = findModule("pdm")?.get("taps");
  return typeof exposed?.notify === "function" && "hasSubscribers" in exposed ? (exposed as TapEvents) : undefined;
}
