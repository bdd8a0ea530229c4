import type { Effect } from "../objects/description.js";
import type { JsonSchema } from "../schema/json-schema.js";
import type { Claim, Right, Role } from "./principal.js";

/** What a record is about. */
export type AuditAction =
  | "connect"
  | "refuse"
  | "write"
  | "invoke"
  | "repl"
  | "inspect"
  | "disconnect"
  | "attach"
  | "detach"
  | "watchdog";

/**
 * How it ended. `ok` for a disconnect: the client ended it; `cancelled`: the server did, and `error` says why. `exit`: the
 * process ended while it was under way.
 */
export type AuditOutcome = "ok" | "threw" | "refused" | "deadline" | "cancelled" | "exit";

/** Who did what to what, when, for how long, and how it ended. All texts are bounded; what is secret is `***`. */
export interface AuditRecord {
  /** When it began: seconds since the epoch. */
  readonly time: number;
  readonly action: AuditAction;
  /** The session's number, as in `pdm.sessions`; 0 for attaching and detaching, which the socket comes and goes with, for the watchdog and for who asks it. */
  readonly session: number;
  readonly role: Role;
  /** The spec of the socket: what role and rights come from. */
  readonly socket: string;
  /** What the client says of itself; nobody has verified it. */
  readonly claimed?: Claim;
  /** Empty until the client has chosen one. */
  readonly protocol: string;
  /** The name of the object or of its method; `repl` for the REPL. */
  readonly target?: string;
  /** What it takes to do it. */
  readonly effect?: Effect | Right;
  /** Of a call whose operation says what its parameters are, by their names. */
  readonly arguments?: string;
  /** Of a write to an attribute that describes itself. */
  readonly before?: string;
  readonly after?: string;
  /** What was typed at the REPL, looked at, or evaluated by the watchdog. */
  readonly input?: string;
  readonly outcome: AuditOutcome;
  /** Why it did not end well. */
  readonly error?: string;
  /** From beginning to end; of a disconnect, of the whole session. */
  readonly durationMs: number;
}

const TEXT: JsonSchema = { type: "string" };

/** The type of {@link AuditRecord}. */
export const AUDIT_RECORD_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    time: { type: "number", description: "When it began, in seconds since the epoch." },
    action: {
      enum: ["connect", "refuse", "write", "invoke", "repl", "inspect", "disconnect", "attach", "detach", "watchdog"],
    },
    session: { type: "integer", description: "As in pdm.sessions; 0 for attaching, detaching and the watchdog." },
    role: { enum: ["viewer", "operator", "admin"] },
    socket: { type: "string", description: "What role and rights come from." },
    claimed: { type: "object", description: "What the client says of itself; nobody has verified it." },
    protocol: TEXT,
    target: TEXT,
    effect: { type: "string", description: "What it takes to do it." },
    arguments: { type: "string", description: "Of an operation that describes its parameters; secrets are ***." },
    before: TEXT,
    after: TEXT,
    input: { type: "string", description: "What was typed at the REPL, or looked at." },
    outcome: { enum: ["ok", "threw", "refused", "deadline", "cancelled", "exit"] },
    error: TEXT,
    durationMs: { type: "number" },
  },
  required: ["time", "action", "session", "role", "socket", "protocol", "outcome", "durationMs"],
};
