import type { CallContext } from "../objects/call-context.js";
import type { ObjectDescription } from "../objects/description.js";
import type { Attribute, Directory, Invocable } from "../objects/interfaces.js";
import { UnknownMethodError } from "../objects/method-table.js";
import { expose, findModule } from "../objects/registry.js";
import type { JsonSchema } from "../schema/json-schema.js";
import { warn } from "../warning.js";
import { openAuditEvents } from "./audit-events.js";
import { readSessions } from "./session-list.js";
import type { ListedSession, SessionRecord } from "./session-list.js";

const RECORD_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    id: { type: "integer" },
    startedAt: { type: "number", description: "Seconds since the epoch." },
    socket: { type: "string", description: "The socket that the client connected to." },
    role: { enum: ["viewer", "operator", "admin"] },
    rights: { type: "array", items: { type: "string" } },
    claimed: { type: ["object", "null"], description: "What the client says of itself; nobody has verified it." },
    protocol: { type: "string", description: "Empty until the client has chosen one." },
    requests: { type: "integer" },
    handlerMs: { type: "number", description: "Milliseconds for which its requests blocked the event loop." },
    receivedBytes: { type: "integer" },
    sentBytes: { type: "integer" },
    eventsLost: { type: "integer", description: "Events that it was told were lost." },
  },
};

const LIST_DESCRIPTION: ObjectDescription = Object.freeze({
  description: "Who is connected, since when, over what, and what that costs.",
  attribute: { type: { type: "array", items: RECORD_SCHEMA } },
} satisfies ObjectDescription);

const ENTRY_DESCRIPTION: ObjectDescription = Object.freeze({
  description: "One client that is connected.",
  attribute: { type: RECORD_SCHEMA },
  operations: {
    disconnect: {
      description: "Ends the session; its client is told by which one.",
      effect: "destroy",
      parameters: [],
      returns: { type: "null" },
    },
  },
} satisfies ObjectDescription);

/** One session that is open. */
class SessionObject implements Attribute<SessionRecord>, Invocable {
  readonly #session: ListedSession;

  constructor(session: ListedSession) {
    this.#session = session;
  }

  read(): SessionRecord {
    return this.#session.toRecord();
  }

  describe(): ObjectDescription {
    return ENTRY_DESCRIPTION;
  }

  /** `disconnect()` */
  invoke(
    method: string,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    { caller }: CallContext,
  ): null {
    if (method !== "disconnect") throw new UnknownMethodError(method);
    if (args.length > 0 || Object.keys(kwargs).length > 0) throw new TypeError("disconnect takes no arguments");
    this.#session.disconnect(`session ${caller.session} (${caller.role}) ended this session, ${this.#session.id}`);
    return null;
  }
}

/** `pdm.sessions`: all of them as one value, and each as an entry named after its id. */
class SessionDirectory implements Directory, Attribute<SessionRecord[]> {
  readonly #objects = new WeakMap<ListedSession, SessionObject>();

  list(): string[] {
    return [...readSessions().keys()].map(String);
  }

  lookup(name: string): SessionObject | undefined {
    const session = /^[1-9]\d{0,15}$/u.test(name) ? readSessions().get(Number(name)) : undefined;
    if (session === undefined) return undefined;
    let object = this.#objects.get(session);
    if (object === undefined) this.#objects.set(session, (object = new SessionObject(session)));
    return object;
  }

  read(): SessionRecord[] {
    return Array.from(readSessions().values(), (session) => session.toRecord());
  }

  describe(): ObjectDescription {
    return LIST_DESCRIPTION;
  }
}

/** Exposes `pdm.sessions` and `pdm.audit`, unless another copy of this package has, or the names are the service's own. */
export function exposeSessionObjects(): void {
  const objects = { sessions: () => new SessionDirectory(), audit: openAuditEvents };
  for (const [name, open] of Object.entries(objects)) {
    if (findModule("pdm")?.has(name) === true) continue;
    try {
      expose("pdm", { [name]: open() });
    } catch (error) {
      warn("PDM_INTERNAL", `pdm.${name} is not exposed`, error);
    }
  }
}
