import { channel } from "node:diagnostics_channel";
import { readClockMs } from "../clock.js";
import { PdmError } from "../errors.js";
import type { CallContext } from "../objects/call-context.js";
import type { Effect } from "../objects/description.js";
import { describeThrown, warn } from "../warning.js";
import { AccessError, NoSuchNameError } from "./access-error.js";
import { AuditEntry, isHeard, recordRefusal } from "./audit.js";
import type { AuditDetails } from "./audit.js";
import { isRight } from "./principal.js";
import type { Right } from "./principal.js";
import type { Readings } from "./readings.js";
import type { Session } from "./session.js";

/** A pending result did not come in time. `code` is `ERR_PDM_DEADLINE`. What the object began goes on by itself. */
export class DeadlineError extends PdmError {
  constructor(target: string, timeoutMs: number) {
    super("ERR_PDM_DEADLINE", `${target} did not answer within ${timeoutMs} ms`);
  }
}

/** What is published on the diagnostics channels {@link SLOW_CHANNEL} and {@link FAILURE_CHANNEL}. */
export interface GateReport {
  /** The name that the client used for the object. */
  readonly target: string;
  /** Milliseconds for which the request blocked the event loop; on the slow channel. */
  readonly blockedMs?: number;
  /** What the object's code threw; on the failure channel. */
  readonly error?: unknown;
}

/** The diagnostics channel that gets a {@link GateReport} each time a request has blocked the event loop for longer than `slowObjectMs`. */
export const SLOW_CHANNEL = "pdm.slow";

/** The diagnostics channel that gets a {@link GateReport} each time an object's code threw, since clients are told little of why. */
export const FAILURE_CHANNEL = "pdm.failure";

const slowReports = channel(SLOW_CHANNEL);
const failures = channel(FAILURE_CHANNEL);

/** What came of a request. */
export type Outcome<T = unknown> =
  | { readonly threw: false; readonly value: T }
  | { readonly threw: true; readonly error: unknown };

/** Gets what came of a request, once. What it throws is our own fault, and becomes a process warning. */
export type Settle<T> = (outcome: Outcome<T>) => void;

/** Lets go of a request whose result is pending: it is not settled any more, and its context is aborted. */
export type LetGo = (reason?: AccessError) => void;

/** A request on its way to an object. */
export interface GateRequest<T = unknown> {
  readonly session: Session;
  /** What it needs; undefined where something is given back, which is always allowed. */
  readonly effect: Effect | Right | undefined;
  /** The name that is authorised, and that reports use. */
  readonly target: string;
  /** What the request's arguments hold in memory: charged as long as the object has not settled, even if the client has gone. */
  readonly argumentBytes: number;
  /** Milliseconds that a pending result may take, within all bounds already; `requestTimeoutMs` where nothing is said, `Infinity` for any time. */
  readonly timeoutMs?: number | undefined;
  /** Aborted when nobody waits any more. */
  readonly context?: CallContext | undefined;
  /** Where the time that it takes is noted. */
  readonly readings?: Readings | undefined;
  /** What its audit record says, where it gets one; called before `run`, and only where somebody hears it. */
  readonly record?: (() => AuditDetails) | undefined;
  /** What is answered in place of a refusal. */
  readonly explain?: ((refusal: AccessError) => Error) | undefined;
  /** Gets a result that comes when nobody waits for it any more; must not hold on to the arguments. */
  readonly discard?: ((value: T) => void) | undefined;
  /** Calls the object. */
  run(): T | PromiseLike<T>;
  settle: Settle<T>;
}

/**
 * The one way from a request to an object, whatever the protocol: here is decided whether it may, and what objects do to
 * the daemon is bounded and reported. Never throws.
 *
 * `settle` is called within this call where the request is refused and where `run` returned or threw, later where that
 * returned a promise, and then at the latest at the deadline, with a {@link DeadlineError}.
 *
 * @returns where the result is pending: lets go of the request
 */
export function passGate<T>(request: GateRequest<T>): LetGo | undefined {
  const { session, effect } = request;
  if (effect !== undefined) {
    const refusal = authorise(session, effect, request.target);
    if (refusal !== undefined) {
      refuse(session, effect, request.target, refusal);
      settle(request, { threw: true, error: request.explain?.(refusal) ?? refusal });
      return undefined;
    }
  }
  const entry = request.record === undefined ? undefined : openEntry(request, request.record);
  const { costs } = session;
  const handledMs = costs.handlerMs;
  const startedAt = readClockMs();
  let outcome: Outcome<T>;
  let pending: Promise<T> | undefined;
  try {
    const result = request.run();
    // Within the try: reading `then` may run the object's code as well.
    if (isPromiseLike(result)) pending = adopt(result);
    outcome = { threw: false, value: result as T };
  } catch (error) {
    outcome = fail(request.target, error);
  }
  const letGo = pending === undefined ? undefined : awaitWithDeadline(request, pending, startedAt, entry);
  if (pending === undefined) {
    endEntry(entry, outcome);
    settle(request, outcome);
  }
  const blockedMs = countBlocked(request, startedAt, handledMs);
  if (pending === undefined) request.readings?.add(blockedMs);
  return letGo;
}

/**
 * Why the request is refused, if it is: an object that may not be seen is missing, like one that is not there.
 */
export function authorise(session: Session, effect: Effect | Right, target: string): AccessError | undefined {
  if (isRight(effect)) {
    return session.mayUse(effect, target) ? undefined : createRefusal(session, effect, target);
  }
  if (session.isUnrestricted) return undefined;
  if (!session.isVisible(target)) return createMissing(target);
  if (effect === "read" || session.mayUse(effect, target)) return undefined;
  return createRefusal(session, effect, target);
}

/** Records that it was refused, for that reason. */
export function refuse(session: Session, effect: Effect | Right, target: string, refusal: AccessError): void {
  const { role } = session.principal;
  // What the client is told would be misleading here.
  const reason = refusal instanceof NoSuchNameError ? `${role} may not see it` : refusal.message;
  recordRefusal(session, effect, target, reason);
}

/** The refusal of what may be seen. */
export function createRefusal(
  session: Pick<Session, "principal">,
  effect: Effect | Right,
  target: string,
): AccessError {
  const { role } = session.principal;
  const what = isRight(effect)
    ? `has no right to ${effect === "repl" ? "the REPL" : effect}`
    : `may not ${effect} ${target}`;
  return new AccessError("ERR_PDM_REFUSED", `refused: this socket's role, ${role}, ${what}`);
}

/** What is said of an object that is not there, or may not be seen. */
export function createMissing(target: string): NoSuchNameError {
  const slash = target.lastIndexOf("/");
  if (slash !== -1) return createMissingEntry(target.slice(0, slash), target.slice(slash + 1));
  const dot = target.lastIndexOf(".");
  const name = target.slice(dot + 1);
  return new NoSuchNameError("object", name, `module ${target.slice(0, Math.max(dot, 0))} has no object ${name}`);
}

/** The same of an entry of that directory. */
export function createMissingEntry(directory: string, name: string): NoSuchNameError {
  return new NoSuchNameError("entry", name, `${directory} has no entry ${name}`);
}

function awaitWithDeadline<T>(
  request: GateRequest<T>,
  pending: Promise<T>,
  startedAt: number,
  entry: AuditEntry | undefined,
): LetGo {
  const { session, target, argumentBytes, context, discard } = request;
  const release = session.account.lend(argumentBytes);
  request.readings?.share(pending, startedAt);
  let waiting: GateRequest<T> | undefined = request;
  const finish = (outcome: Outcome<T>): void => {
    // The request goes with it: what is returned below is kept after the answer, and must not keep the arguments alive.
    const current = waiting;
    if (current === undefined) return;
    waiting = undefined;
    clearTimeout(timer);
    endEntry(entry, outcome);
    const handledMs = session.costs.handlerMs;
    const settledAt = readClockMs();
    settle(current, outcome);
    countBlocked(current, settledAt, handledMs);
  };
  const timeoutMs = request.timeoutMs ?? session.limits.requestTimeoutMs;
  const miss = (): void => {
    const error = new DeadlineError(target, timeoutMs);
    context?.abort(error);
    finish({ threw: true, error });
  };
  const timer = timeoutMs === Infinity ? undefined : setTimeout(miss, timeoutMs).unref();
  void pending.then(
    (value) => {
      release();
      if (waiting === undefined) discardLate(target, value, discard);
      else finish({ threw: false, value });
    },
    (error: unknown) => {
      release();
      finish(fail(target, error));
    },
  );
  return (reason) => {
    if (waiting === undefined) return;
    waiting = undefined;
    clearTimeout(timer);
    const error = reason ?? new AccessError("ERR_PDM_CANCELLED", `nobody waits for ${target} any more`);
    entry?.end("cancelled", error);
    context?.abort(error);
  };
}

function openEntry<T>({ session, effect, target }: GateRequest<T>, record: () => AuditDetails): AuditEntry | undefined {
  return isHeard(session) ? new AuditEntry(session, record(), effect, target) : undefined;
}

function endEntry(entry: AuditEntry | undefined, outcome: Outcome): void {
  if (entry === undefined) return;
  if (!outcome.threw) entry.end("ok");
  else if (outcome.error instanceof DeadlineError) entry.end("deadline", outcome.error);
  else if (outcome.error instanceof AccessError && outcome.error.code === "ERR_PDM_REFUSED")
    entry.end("refused", outcome.error);
  else entry.end("threw", outcome.error);
}

/** What `map` makes of a result: at once where it is there, else when it comes. */
export function mapResult<T, R>(result: T | PromiseLike<T>, map: (value: T) => R | PromiseLike<R>): R | PromiseLike<R> {
  return isPromiseLike(result) ? adopt(result).then(map) : map(result);
}

/** A promise of our own around it: a hostile `then` may throw, call back twice, or resolve to itself. */
function adopt<T>(result: PromiseLike<T>): Promise<T> {
  return new Promise((resolve) => {
    resolve(result);
  });
}

/** Whatever the value's own code does while the reply is made of it must not get out. */
function settle<T>(request: GateRequest<T>, outcome: Outcome<T>): void {
  try {
    request.settle(outcome);
  } catch (error) {
    warn("PDM_INTERNAL", `the answer about ${request.target} could not be made`, error);
  }
}

/** Its code may run for that, and throw. */
function discardLate<T>(target: string, value: T, discard: ((value: T) => void) | undefined): void {
  try {
    discard?.(value);
  } catch (error) {
    warn("PDM_INTERNAL", `what ${target} gave too late could not be let go of`, error);
  }
}

function fail(target: string, thrown: unknown): Outcome<never> {
  const error = canBeLookedAt(thrown) ? thrown : new Error(describeThrown(thrown));
  if (!(error instanceof AccessError) && failures.hasSubscribers)
    failures.publish({ target, error } satisfies GateReport);
  return { threw: true, error };
}

/** Whether one can ask what kind of error it is: of a revoked proxy not even that. */
function canBeLookedAt(thrown: unknown): boolean {
  try {
    return thrown instanceof Error || true;
  } catch {
    return false;
  }
}

/**
 * Counts the time since `startedAt` to the session, and reports what took too long. Requests that began and ended
 * meanwhile have counted theirs to `handledMs`, what was counted before.
 */
function countBlocked<T>(request: GateRequest<T>, startedAt: number, handledMs: number): number {
  const { session, target } = request;
  const { costs, limits } = session;
  const blockedMs = readClockMs() - startedAt;
  const ownMs = blockedMs - (costs.handlerMs - handledMs);
  costs.handlerMs = handledMs + blockedMs;
  if (ownMs > limits.slowObjectMs) {
    slowReports.publish({ target, blockedMs: ownMs } satisfies GateReport);
    warn("PDM_SLOW_OBJECT", `${target} blocked the event loop for ${Math.round(ownMs)} ms in answer to a request`);
  }
  return ownMs;
}

/** Whether `value` has to be waited for. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    value !== null &&
    (typeof value === "object" || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
