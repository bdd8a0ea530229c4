import { EventChannel } from "../objects/event-channel.js";
import type { ObjectDescription } from "../objects/description.js";
import { findModule } from "../objects/registry.js";
import { AUDIT_RECORD_SCHEMA } from "./audit-record.js";
import type { AuditRecord } from "./audit-record.js";

/** What of the object `pdm.audit` a copy of this package uses that did not make it. */
type AuditEvents = Pick<EventChannel<AuditRecord>, "hasSubscribers" | "notify">;

const DESCRIPTION: ObjectDescription = Object.freeze({
  description:
    "Each connect, refusal, write, call, REPL command and disconnect, with who, when, how long and how it ended.",
  event: { type: AUDIT_RECORD_SCHEMA, effect: "expose" },
} satisfies ObjectDescription);

/** The event `pdm.audit`. */
class AuditChannel extends EventChannel<AuditRecord> {
  describe(): ObjectDescription {
    return DESCRIPTION;
  }
}

let events: AuditEvents | undefined;

/** The process's one `pdm.audit`, by whichever copy of this package it was exposed; where nobody has yet, one that is to be. */
export function openAuditEvents(): AuditEvents {
  return (events ??= findExposed() ?? new AuditChannel());
}

function findExposed(): AuditEvents | undefined {
  const exposed: Partial<AuditEvents> | undefined = findModule("pdm")?.get("audit");
  return typeof exposed?.notify === "function" && "hasSubscribers" in exposed ? (exposed as AuditEvents) : undefined;
}
