import { channel } from "node:diagnostics_channel";
import { PdmError } from "../errors.js";
import type { Limits } from "../limits.js";
import { isPromiseLike } from "./result.js";

/** A pending result did not come in time. `code` is `ERR_PDM_DEADLINE`. What the object began goes on by itself. */
export class DeadlineError extends PdmError {
  constructor(target: string, timeoutMs: number) {
    super("ERR_PDM_DEADLINE", `${target} did not answer within ${timeoutMs} ms`);
  }
}

/** What the gate publishes on the diagnostics channels; see {@link SLOW_CHANNEL} and {@link FAILURE_CHANNEL}. */
export interface GateReport {
  /** The name that the client used for the object. */
  readonly target: string;
  /** Milliseconds for which the object's code blocked the event loop. */
  readonly blockedMs?: number;
  /** What it threw. */
  readonly error?: unknown;
}

/** Gets a {@link GateReport} each time an object's code has blocked the event loop for longer than `slowObjectMs`. */
export const SLOW_CHANNEL = "pdm.slow";

/** Gets a {@link GateReport} each time an object's code threw, since clients are told little of why. */
export const FAILURE_CHANNEL = "pdm.failure";

const slowReports = channel(SLOW_CHANNEL);
const failures = channel(FAILURE_CHANNEL);

/** At most one process warning in this time, however many objects are slow: the channel gets them all. */
const WARNING_INTERVAL_MS = 10_000;

let lastWarningAt = Number.NEGATIVE_INFINITY;

/**
 * The one way from a request to an object, whatever the protocol: here what objects do to the daemon is bounded and
 * reported.
 *
 * Calls `run`, then `settle` with what came of it, exactly once: within this call where `run` returned or threw, later
 * where it returned a promise, and then at the latest after `requestTimeoutMs`, with a {@link DeadlineError}. It never
 * throws by itself; what `settle` throws passes through in the synchronous case.
 *
 * @param target the object's name, for the reports
 */
export function passGate(target: string, limits: Limits, run: () => unknown, settle: (outcome: Outcome) => void): void {
  const startedAt = performance.now();
  let outcome: Outcome;
  let pending: PromiseLike<unknown> | undefined;
  try {
    const result = run();
    // Within the try: reading `then` may run the object's code as well.
    if (isPromiseLike(result)) pending = result;
    outcome = { threw: false, value: result };
  } catch (error) {
    outcome = fail(target, error);
  }
  const blockedMs = performance.now() - startedAt;
  if (blockedMs > limits.slowObjectMs) reportSlow(target, blockedMs);
  if (pending === undefined) settle(outcome);
  else awaitWithDeadline(target, pending, limits.requestTimeoutMs, settle);
}

/** What came of a request. */
export type Outcome =
  | { readonly threw: false; readonly value: unknown }
  | { readonly threw: true; readonly error: unknown };

function awaitWithDeadline(
  target: string,
  pending: PromiseLike<unknown>,
  timeoutMs: number,
  settle: (outcome: Outcome) => void,
): void {
  let settled = false;
  const settleOnce = (outcome: Outcome): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    settle(outcome);
  };
  const timer = setTimeout(() => settleOnce({ threw: true, error: new DeadlineError(target, timeoutMs) }), timeoutMs);
  timer.unref();
  // A promise of our own around it: a hostile `then` may throw, call back twice, or resolve to itself.
  void Promise.resolve(pending).then(
    (value) => settleOnce({ threw: false, value }),
    (error: unknown) => settleOnce(fail(target, error)),
  );
}

function fail(target: string, error: unknown): Outcome {
  if (failures.hasSubscribers) failures.publish({ target, error } satisfies GateReport);
  return { threw: true, error };
}

function reportSlow(target: string, blockedMs: number): void {
  slowReports.publish({ target, blockedMs } satisfies GateReport);
  const now = performance.now();
  if (now - lastWarningAt < WARNING_INTERVAL_MS) return;
  lastWarningAt = now;
  process.emitWarning(`${target} blocked the event loop for ${Math.round(blockedMs)} ms`, {
    code: "PDM_SLOW_OBJECT",
    detail: "Its own code ran that long in answer to one management request.",
  });
}
