import { PdmError } from "../errors.js";
import { unwatchAbort, watchAbort } from "./abort-watch.js";

/** How long to wait for one answer. */
export interface RequestOptions {
  /** Gives up when it aborts; what was asked rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; `Infinity` waits as long as the connection lives. */
  readonly timeoutMs?: number | undefined;
}

/** How waiting ended. Errors are made by whoever awaited, so that their stack names the caller. */
export type Outcome<T> =
  | { readonly kind: "returned"; readonly value: T }
  | { readonly kind: "failed"; readonly makeError: () => unknown };

/** The value. @throws why there is none */
export function takeValue<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "returned") return outcome.value;
  throw outcome.makeError();
}

/** What takes the outcome of a request; called once, synchronously. */
export interface Receiver<T> {
  settle(outcome: Outcome<T>): void;
}

/** The longest that Node's timers can wait. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/**
 * Someone who waits for one outcome, for a limited time. Only the first outcome counts: whoever gave up is deaf to the
 * answer that comes later.
 */
export class Waiter<T> implements Receiver<T> {
  /** Never rejects. */
  readonly outcome: Promise<Outcome<T>>;
  #resolve: ((outcome: Outcome<T>) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.settle(createAborted(this.#signal));

  /**
   * @param makeTimeoutError is given the milliseconds that passed
   * @throws PdmError `ERR_PDM_OPTION` for a `timeoutMs` that is none
   */
  constructor(options: RequestOptions, defaultTimeoutMs: number, makeTimeoutError: (timeoutMs: number) => Error) {
    const timeoutMs = checkTimeoutMs(options.timeoutMs ?? defaultTimeoutMs);
    this.outcome = new Promise((resolve) => (this.#resolve = resolve));
    this.#signal = options.signal;
    if (this.#signal?.aborted === true) {
      this.#abort();
      return;
    }
    if (this.#signal !== undefined) watchAbort(this.#signal, this.#abort);
    if (timeoutMs !== Infinity) this.#timer = setTimeout(expire<T>, timeoutMs, this, timeoutMs, makeTimeoutError);
  }

  get settled(): boolean {
    return this.#resolve === undefined;
  }

  settle(outcome: Outcome<T>): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#signal !== undefined) unwatchAbort(this.#signal, this.#abort);
    resolve(outcome);
  }
}

function expire<T>(waiter: Waiter<T>, timeoutMs: number, makeTimeoutError: (timeoutMs: number) => Error): void {
  waiter.settle({ kind: "failed", makeError: () => makeTimeoutError(timeoutMs) });
}

function createAborted(signal: AbortSignal | undefined): Outcome<never> {
  return { kind: "failed", makeError: () => signal?.reason };
}

/** @throws PdmError `ERR_PDM_OPTION` for what is neither a number of milliseconds that Node can wait nor `Infinity` */
export function checkTimeoutMs(timeoutMs: number): number {
  if (timeoutMs === Infinity || (timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) return timeoutMs;
  throw new PdmError(
    "ERR_PDM_OPTION",
    `timeoutMs must be above 0 and at most ${MAX_TIMEOUT_MS}, or Infinity, not ${String(timeoutMs)}`,
  );
}
