import { resolveLimits } from "../../src/limits.js";
import type { Limits } from "../../src/limits.js";
import { createGrant } from "../../src/session/grant.js";
import type { GrantOptions } from "../../src/session/grant.js";
import { Ledger } from "../../src/session/ledger.js";
import { Session } from "../../src/session/session.js";

/** A session without a connection; an admin's where nothing is said. */
export function newSession(
  options: GrantOptions = {},
  limits: Partial<Limits> = {},
  ledger: Ledger = new Ledger(),
): Session {
  return new Session({
    grant: createGrant(options),
    socket: "/run/test.sock",
    limits: resolveLimits(limits),
    account: ledger.open(1_000_000, () => undefined),
    disconnect: () => undefined,
  });
}
