import { channel } from "node:diagnostics_channel";
import { readClockMs } from "../clock.js";
import { AUDIT_TARGET_CHARACTERS, AUDIT_TEXT_CHARACTERS } from "../limits.js";
import type { Effect } from "../objects/description.js";
import { describeThrown } from "../warning.js";
import { openAuditEvents } from "./audit-events.js";
import type { AuditAction, AuditOutcome, AuditRecord } from "./audit-record.js";
import { cutText } from "./shown-value.js";
import type { Right } from "./principal.js";
import type { Session } from "./session.js";

/** The diagnostics channel that gets each {@link AuditRecord}, whichever socket it came over. */
export const AUDIT_CHANNEL = "pdm.audit";

const records = channel(AUDIT_CHANNEL);

/** What a record says beside who, when and how it ended. What runs may fill it in until then. */
export interface AuditDetails {
  readonly action: AuditAction;
  arguments?: string;
  before?: string;
  after?: string;
  input?: string;
  /** Set where it failed without throwing. */
  failure?: string | undefined;
  /** Whether a secret was passed: then errors are named only, since their text may hold it. */
  hasSecret?: boolean;
}

/** Whose doing a record is about: a session, or what had the process listen. */
export type AuditSubject = Pick<Session, "id" | "principal" | "protocol" | "grant">;

/** Whether anybody would get a record of what this session does: where not, none is made. */
export function isHeard(session: Pick<Session, "grant">): boolean {
  return session.grant.auditFile !== undefined || records.hasSubscribers || openAuditEvents().hasSubscribers;
}

/** Records what happened at once, or is over. */
export function recordDone(
  session: AuditSubject,
  details: AuditDetails,
  how: {
    outcome: AuditOutcome;
    error?: string | undefined;
    durationMs?: number;
    target?: string;
    effect?: Effect | Right;
  },
): void {
  if (!isHeard(session)) return;
  const { durationMs = 0 } = how;
  const time = (Date.now() - durationMs) / 1000;
  publish(session, createRecord(session, details, { ...how, time, durationMs }));
}

/** Records a refusal. */
export function recordRefusal(session: Session, effect: Effect | Right, target: string, reason: string): void {
  recordDone(session, { action: "refuse" }, { outcome: "refused", error: reason, target, effect });
}

/** What is under way, and will be recorded when it ends, by the end of the process if nothing else. */
const underWay = new Set<AuditEntry>();

/** One request that is under way. */
export class AuditEntry {
  readonly #session: Session;
  readonly #details: AuditDetails;
  readonly #effect: Effect | Right | undefined;
  readonly #target: string;
  readonly #time = Date.now() / 1000;
  readonly #startedAt: number = readClockMs();

  constructor(session: Session, details: AuditDetails, effect: Effect | Right | undefined, target: string) {
    this.#session = session;
    this.#details = details;
    this.#effect = effect;
    this.#target = target;
    watchExit();
    underWay.add(this);
  }

  /** Records how it ended; only the first call does. */
  end(outcome: AuditOutcome, thrown?: unknown): void {
    if (!underWay.delete(this)) return;
    const { failure, hasSecret } = this.#details;
    const error = thrown === undefined ? failure : describeForAudit(thrown, hasSecret === true);
    publish(
      this.#session,
      createRecord(this.#session, this.#details, {
        outcome: outcome === "ok" && failure !== undefined ? "threw" : outcome,
        error,
        time: this.#time,
        durationMs: readClockMs() - this.#startedAt,
        target: this.#target,
        ...(this.#effect === undefined ? {} : { effect: this.#effect }),
      }),
    );
  }
}

let isExitWatched = false;

/** One listener, from the first record on: a call may end the process, and is recorded all the same. */
function watchExit(): void {
  if (isExitWatched) return;
  isExitWatched = true;
  process.on("exit", () => {
    for (const entry of underWay) entry.end("exit");
  });
}

function createRecord(
  session: AuditSubject,
  { action, arguments: args, before, after, input }: AuditDetails,
  how: {
    outcome: AuditOutcome;
    error?: string | undefined;
    time: number;
    durationMs: number;
    target?: string;
    effect?: Effect | Right;
  },
): AuditRecord {
  const { role, socket, claimed } = session.principal;
  return Object.freeze({
    time: how.time,
    action,
    session: session.id,
    role,
    socket,
    ...(claimed === undefined ? {} : { claimed }),
    protocol: session.protocol,
    ...(how.target === undefined ? {} : { target: cutText(how.target, AUDIT_TARGET_CHARACTERS) }),
    ...(how.effect === undefined ? {} : { effect: how.effect }),
    ...(args === undefined ? {} : { arguments: args }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(input === undefined ? {} : { input: cutText(input, AUDIT_TEXT_CHARACTERS) }),
    outcome: how.outcome,
    ...(how.error === undefined ? {} : { error: cutText(how.error, AUDIT_TEXT_CHARACTERS) }),
    durationMs: how.durationMs,
  });
}

function publish(session: AuditSubject, record: AuditRecord): void {
  session.grant.auditFile?.append(record);
  publishRecord(record);
}

/** Tells whoever hears the audit of what is in the file already. */
export function publishRecord(record: AuditRecord): void {
  if (records.hasSubscribers) records.publish(record);
  openAuditEvents().notify(record);
}

/** The message; where that may hold a secret, only what kind of error it is. Never throws. */
function describeForAudit(thrown: unknown, hasSecret: boolean): string {
  if (!hasSecret) return describeThrown(thrown);
  try {
    const { name, code } = thrown as { name?: unknown; code?: unknown };
    const kind = typeof name === "string" && /^\w{1,100}$/u.test(name) ? name : "an error";
    return typeof code === "string" && /^ERR_\w{1,100}$/u.test(code) ? `${kind} (${code})` : kind;
  } catch {
    return "an error";
  }
}
