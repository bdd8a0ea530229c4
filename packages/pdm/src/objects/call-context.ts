/** Who calls, as far as an object may know. */
export interface Caller {
  /** The number of the client's session, as in `pdm.sessions`. */
  readonly session: number;
  readonly role: string;
}

/**
 * What an object is told of one call. The signal is made when it is first asked for, since most calls are done before
 * anybody could abort them.
 */
export class CallContext {
  readonly caller: Caller;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(caller: Caller) {
    this.caller = caller;
  }

  /** Aborts when the caller cancels or is gone, and when the deadline has passed. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  /** @internal Nobody waits any more. Only the first call counts. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }
}
