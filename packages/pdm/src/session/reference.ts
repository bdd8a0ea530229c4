import type { CallContext } from "../objects/call-context.js";
import type { Described, InterfaceName } from "../objects/interfaces.js";
import { AccessError } from "./access-error.js";
import { isHeard } from "./audit.js";
import { describeNow } from "./effect.js";
import type { SaidNow } from "./effect.js";
import type { Session } from "./session.js";

/** An object as a client came by it. */
export interface ObjectReference {
  /** `MODULE.OBJECT/ENTRY/ENTRY`. */
  readonly name: string;
  readonly object: object;
}

/** How a request is carried out. */
export interface AccessOptions {
  /** The client's deadline; at most `maxRequestTimeoutMs`, and `requestTimeoutMs` where it names none. */
  readonly timeoutMs?: number | undefined;
  /** Aborted when nobody waits any more; made anew where none is given and the object needs one. */
  readonly context?: CallContext | undefined;
}

/** A client's deadline, within the server's bounds. */
export function boundTimeout({ limits }: Session, timeoutMs: number | undefined): number {
  if (timeoutMs === undefined) return limits.requestTimeoutMs;
  return Math.max(1, Math.min(timeoutMs, limits.maxRequestTimeoutMs));
}

/** @throws AccessError `ERR_PDM_NO_SUCH_INTERFACE` unless `isSpoken` */
export function requireInterface({ name }: ObjectReference, isSpoken: boolean, wanted: InterfaceName): void {
  if (isSpoken) return;
  throw new AccessError("ERR_PDM_NO_SUCH_INTERFACE", `${name} does not support the interface ${wanted}`);
}

/** What the object says of itself, where the session's rights depend on it or a record holds it. */
export function describeIfNeeded(session: Session, object: Described): SaidNow {
  return session.isUnrestricted && !isHeard(session) ? undefined : describeNow(object);
}
