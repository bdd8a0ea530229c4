import type { Principal } from "./principal.js";
import type { SessionCosts } from "./session.js";

const SESSIONS_KEY: unique symbol = Symbol.for("pdm.sessions.v1");

/** What a session shows of itself, in plain data. */
export interface SessionRecord extends Readonly<SessionCosts>, Omit<Principal, "claimed"> {
  readonly id: number;
  /** Seconds since the epoch. */
  readonly startedAt: number;
  readonly protocol: string;
  /** Null where the client has said nothing of itself. */
  readonly claimed: Principal["claimed"] | null;
}

/** A session as copies of this package know it that did not make it. */
export interface ListedSession {
  readonly id: number;
  toRecord(): SessionRecord;
  disconnect(reason: string): void;
}

/** What every copy of this package in the process shares. */
interface SharedSessions {
  lastId: number;
  readonly open: Map<number, ListedSession>;
}

function openShared(): SharedSessions {
  const holder = globalThis as { [SESSIONS_KEY]?: SharedSessions };
  const known = holder[SESSIONS_KEY];
  if (known !== undefined) return known;
  const shared: SharedSessions = { lastId: 0, open: new Map() };
  // Not enumerable: the daemon's own walks over its globals must not meet it.
  Object.defineProperty(globalThis, SESSIONS_KEY, { value: shared });
  return shared;
}

/** The number of the next session of the process. */
export function takeSessionId(): number {
  const shared = openShared();
  shared.lastId += 1;
  return shared.lastId;
}

/** Lists the session, until the function returned is called. */
export function listSession(session: ListedSession): () => void {
  const { open } = openShared();
  open.set(session.id, session);
  return () => open.delete(session.id);
}

/** All that are open, by their ids, in the order in which they began. */
export function readSessions(): ReadonlyMap<number, ListedSession> {
  return openShared().open;
}
