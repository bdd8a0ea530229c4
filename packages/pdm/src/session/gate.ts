import { channel } from "node:diagnostics_channel";
import { readClockMs } from "../clock.js";
import { PdmError } from "../errors.js";
import type { Limits } from "../limits.js";
import { warn } from "../warning.js";
import type { Account } from "./ledger.js";

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
export type Outcome =
  | { readonly threw: false; readonly value: unknown }
  | { readonly threw: true; readonly error: unknown };

/** A request on its way to an object. */
export interface GateRequest {
  /** The object's name, for reports. */
  readonly target: string;
  readonly limits: Limits;
  readonly account: Account;
  /** What the request's arguments hold in memory: charged as long as the object has not settled, even if the client has gone. */
  readonly argumentBytes: number;
  /** Calls the object. */
  run(): unknown;
  /** Gets what came of it, once. What it throws is our own fault, and becomes a process warning. */
  settle(outcome: Outcome): void;
}

/**
 * The one way from a request to an object, whatever the protocol: here what objects do to the daemon is bounded and
 * reported. Never throws.
 *
 * `settle` is called within this call where `run` returned or threw, later where it returned a promise, and then at the
 * latest after `requestTimeoutMs`, with a {@link DeadlineError}.
 *
 * @returns where the result is pending: lets go of the request, so that `settle` is not called any more
 */
export function passGate(request: GateRequest): (() => void) | undefined {
  const startedAt = readClockMs();
  let outcome: Outcome;
  let pending: Promise<unknown> | undefined;
  try {
    const result = request.run();
    // Within the try: reading `then` may run the object's code as well.
    if (isPromiseLike(result)) pending = adopt(result);
    outcome = { threw: false, value: result };
  } catch (error) {
    outcome = fail(request.target, error);
  }
  const letGo = pending === undefined ? undefined : awaitWithDeadline(request, pending);
  if (pending === undefined) settle(request, outcome);
  reportIfSlow(request, startedAt);
  return letGo;
}

function awaitWithDeadline(request: GateRequest, pending: Promise<unknown>): () => void {
  const { target, limits, account, argumentBytes } = request;
  const release = account.lend(argumentBytes);
  let waiting: GateRequest | undefined = request;
  const finish = (outcome: Outcome): void => {
    // The request goes with it: what is returned below is kept after the answer, and must not keep the arguments alive.
    const current = waiting;
    if (current === undefined) return;
    waiting = undefined;
    clearTimeout(timer);
    const startedAt = readClockMs();
    settle(current, outcome);
    reportIfSlow(current, startedAt);
  };
  const { requestTimeoutMs } = limits;
  const timer = setTimeout(
    () => finish({ threw: true, error: new DeadlineError(target, requestTimeoutMs) }),
    requestTimeoutMs,
  );
  timer.unref();
  void pending.then(
    (value) => {
      release();
      finish({ threw: false, value });
    },
    (error: unknown) => {
      release();
      finish(fail(target, error));
    },
  );
  return () => {
    waiting = undefined;
    clearTimeout(timer);
  };
}

/** What `map` makes of a result: at once where it is there, else when it comes. */
export function mapResult(result: unknown, map: (value: unknown) => unknown): unknown {
  return isPromiseLike(result) ? adopt(result).then(map) : map(result);
}

/** A promise of our own around it: a hostile `then` may throw, call back twice, or resolve to itself. */
function adopt(result: PromiseLike<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    resolve(result);
  });
}

/** Whatever the value's own code does while the reply is made of it must not get out. */
function settle(request: GateRequest, outcome: Outcome): void {
  try {
    request.settle(outcome);
  } catch (error) {
    warn("PDM_INTERNAL", `the answer about ${request.target} could not be made`, error);
  }
}

function fail(target: string, error: unknown): Outcome {
  if (failures.hasSubscribers) failures.publish({ target, error } satisfies GateReport);
  return { threw: true, error };
}

function reportIfSlow({ target, limits }: GateRequest, startedAt: number): void {
  const blockedMs = readClockMs() - startedAt;
  if (blockedMs <= limits.slowObjectMs) return;
  slowReports.publish({ target, blockedMs } satisfies GateReport);
  warn("PDM_SLOW_OBJECT", `${target} blocked the event loop for ${Math.round(blockedMs)} ms in answer to a request`);
}

/** Whether `value` has to be waited for. */
function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === "object" || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
