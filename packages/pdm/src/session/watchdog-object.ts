import { warn } from "../warning.js";
import { directory } from "../objects/declared-directory.js";
import { event } from "../objects/declared-event.js";
import { expose, findModule } from "../objects/registry.js";

/** What `pdm.watchdog/blocked` tells. */
interface BlockedEvent {
  readonly time: number;
  readonly durationMs: number;
  readonly state: string;
  readonly summary: string;
  readonly stack: string;
  readonly frames: readonly object[];
  readonly rules: readonly object[];
}

/** What of the event a copy of this package uses that did not make it. */
interface BlockedEvents {
  notify(event: BlockedEvent): void;
}

const TEXT = { type: "string" } as const;

const FRAME = {
  type: "object",
  properties: {
    call: { type: "string", description: "The function's name; empty for none." },
    file: TEXT,
    line: { type: "integer" },
    column: { type: "integer" },
    isInternal: { type: "boolean", description: "Whether it is Node.js's own." },
  },
} as const;

const RULE = {
  type: "object",
  properties: {
    do: { enum: ["report", "evaluate", "exit", "signal"] },
    afterMs: { type: "number" },
    outcome: { enum: ["done", "failed"] },
  },
} as const;

const TYPE = {
  type: "object",
  properties: {
    time: { type: "number", description: "When it began, in seconds since the epoch." },
    durationMs: { type: "integer", description: "For how many milliseconds, at the least." },
    state: {
      type: "string",
      description:
        "loop, regexp, native, waiting, garbage-collection, paused, busy; unknown where the stack came too late.",
    },
    summary: { type: "string", description: "What blocked it, in a sentence." },
    stack: { type: "string", description: "The calls as text, the innermost first; empty where there are none." },
    frames: { type: "array", items: FRAME },
    rules: { type: "array", items: RULE, description: "What the watchdog's rules did." },
  },
  required: ["time", "durationMs", "state", "summary", "stack", "frames", "rules"],
} as const;

let known: BlockedEvents | undefined;

/** The process's one `pdm.watchdog`, exposed with the first watchdog, by whichever copy of this package. Where the name is the service's own, that is a process warning. */
export function openWatchdogEvents(): BlockedEvents {
  return (known ??= findExposed() ?? exposeOne());
}

function findExposed(): BlockedEvents | undefined {
  const exposed: { lookup?: (name: string) => unknown } | undefined = findModule("pdm")?.get("watchdog");
  const found = typeof exposed?.lookup === "function" ? exposed.lookup("blocked") : undefined;
  return typeof found === "object" && found !== null && "notify" in found ? (found as BlockedEvents) : undefined;
}

function exposeOne(): BlockedEvents {
  const blocked = event({ description: "The event loop was blocked, and turns again.", type: TYPE });
  try {
    expose("pdm", {
      watchdog: directory({
        description: "The thread that watches whether the event loop turns.",
        entries: { blocked },
      }),
    });
  } catch (error) {
    warn("PDM_INTERNAL", "pdm.watchdog is not exposed", error);
  }
  return { notify: (report) => blocked.notify(report) };
}
