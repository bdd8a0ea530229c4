import { PdmError } from "../errors.js";
import { unwatchAbort, watchAbort } from "./abort-watch.js";
import type { Deadlines, Expiring } from "./deadlines.js";

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
export const MAX_TIMEOUT_MS = 2_147_483_647;

/**
 * Someone who waits for one outcome, for a limited time. Only the first outcome counts: whoever gave up is deaf to the
 * answer that comes later.
 */
export class Waiter<T> implements Receiver<T>, Expiring {
  /** Never rejects. */
  readonly outcome: Promise<Outcome<T>>;
  readonly #deadlines: Deadlines;
  readonly #makeTimeoutError: (timeoutMs: number) => Error;
  readonly #timeoutMs: number;
  readonly #onGiveUp: (() => void) | undefined;
  #resolve: ((outcome: Outcome<T>) => void) | undefined;
  #unwatch: (() => void) | undefined;

  /**
   * @param deadlines of the connection that the outcome comes from
   * @param makeTimeoutError is given the milliseconds that passed
   * @param onGiveUp called when the time is over or the signal aborts while it waits
   * @throws PdmError `ERR_PDM_OPTION` for a `timeoutMs` that is none
   */
  constructor(
    options: RequestOptions,
    defaultTimeoutMs: number,
    deadlines: Deadlines,
    makeTimeoutError: (timeoutMs: number) => Error,
    onGiveUp?: () => void,
  ) {
    this.#timeoutMs = checkTimeoutMs(options.timeoutMs ?? defaultTimeoutMs);
    this.#deadlines = deadlines;
    this.#makeTimeoutError = makeTimeoutError;
    this.#onGiveUp = onGiveUp;
    this.outcome = new Promise((resolve) => (this.#resolve = resolve));
    const { signal } = options;
    if (signal !== undefined && !this.#watch(signal)) return;
    if (this.#timeoutMs !== Infinity) deadlines.add(this, this.#timeoutMs);
  }

  get settled(): boolean {
    return this.#resolve === undefined;
  }

  settle(outcome: Outcome<T>): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    this.#deadlines.delete(this);
    this.#unwatch?.();
    resolve(outcome);
  }

  expire(): void {
    this.settle({ kind: "failed", makeError: () => this.#makeTimeoutError(this.#timeoutMs) });
    this.#onGiveUp?.();
  }

  /** False where it has aborted already. */
  #watch(signal: AbortSignal): boolean {
    const abort = (): void => this.settle({ kind: "failed", makeError: () => signal.reason });
    if (signal.aborted) {
      abort();
      return false;
    }
    const giveUp = (): void => {
      abort();
      this.#onGiveUp?.();
    };
    watchAbort(signal, giveUp);
    this.#unwatch = () => unwatchAbort(signal, giveUp);
    return true;
  }
}

/** @throws PdmError `ERR_PDM_OPTION` for what is neither a number of milliseconds that Node can wait nor `Infinity` */
export function checkTimeoutMs(timeoutMs: number): number {
  if (timeoutMs === Infinity || (timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) return timeoutMs;
  throw new PdmError(
    "ERR_PDM_OPTION",
    `timeoutMs must be above 0 and at most ${MAX_TIMEOUT_MS}, or Infinity, not ${String(timeoutMs)}`,
  );
}
