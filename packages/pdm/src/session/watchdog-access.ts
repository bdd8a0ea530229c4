import { createRefusal } from "./gate.js";
import type { Grant } from "./grant.js";
import type { Effect } from "../objects/description.js";
import type { Principal, Right } from "./principal.js";

/** Why each request to the watchdog is refused to the clients of one socket; empty where it is not. */
export interface WatchdogRefusals {
  readonly state: string;
  readonly diagnose: string;
  readonly variables: string;
  readonly evaluate: string;
  readonly profile: string;
}

/** The name that a policy's rules may mean. */
const TARGET = "pdm.watchdog";

/**
 * Decides once what the clients of a socket may ask its watchdog, since nobody can be asked while the main thread is blocked: the role and a policy's rules hold
 * for `pdm.watchdog`, where a function decides it is a no, and rights are no matter of the policy.
 */
export function decideWatchdogAccess(grant: Grant, socket: string): WatchdogRefusals {
  const { role, rights, decide, policy } = grant;
  const principal: Principal = Object.freeze({ role, rights, socket, claimed: undefined });
  const refuseEffect = (effect: Effect): string => {
    if (decide === undefined) return "";
    if (typeof policy === "function")
      return "refused: a function decides for this socket, which cannot be asked while the process is blocked";
    if (decide(principal, "read", TARGET) && decide(principal, effect, TARGET)) return "";
    return createRefusal({ principal }, effect, TARGET).message;
  };
  const refuseRight = (...wanted: readonly Right[]): string =>
    wanted.some((right) => rights.includes(right))
      ? ""
      : createRefusal({ principal }, wanted[0] ?? "repl", TARGET).message;
  return {
    state: refuseEffect("read"),
    // It is paused for it.
    diagnose: refuseRight("inspect", "repl") === "" ? "" : refuseEffect("change"),
    variables: refuseRight("inspect", "repl"),
    evaluate: refuseRight("repl"),
    profile: refuseEffect("change"),
  };
}
