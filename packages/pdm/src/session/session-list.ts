const SESSIONS_KEY: unique symbol = Symbol.for("pdm.sessions.v1");

/** What every copy of this package in the process shares. Plain data: copies of other versions use it too. */
interface SharedSessions {
  lastId: number;
}

function openShared(): SharedSessions {
  const holder = globalThis as { [SESSIONS_KEY]?: SharedSessions };
  const known = holder[SESSIONS_KEY];
  if (known !== undefined) return known;
  const shared: SharedSessions = { lastId: 0 };
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
