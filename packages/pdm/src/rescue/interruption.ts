import { PdmError } from "../errors.js";

/** By the numbers that Linux gives them. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * The first SIGHUP, SIGINT or SIGTERM has what runs come to an end, so that what was opened in another process is closed again; the second ends this
 * process at once.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners: readonly (readonly [keyof typeof SIGNALS, () => void])[];
  /** What a shell calls the exit status of a program that a signal has ended; undefined before. */
  status: number | undefined;

  constructor() {
    this.#listeners = Object.entries(SIGNALS).map(([name, number]) => {
      const listener = (): void => {
        this.status = 128 + number;
        this[Symbol.dispose]();
        this.#controller.abort(new PdmError("ERR_PDM_INTERRUPTED", `interrupted by ${name}`));
      };
      const signal = name as keyof typeof SIGNALS;
      process.on(signal, listener);
      return [signal, listener] as const;
    });
  }

  /** Its reason is a PdmError `ERR_PDM_INTERRUPTED`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the work comes to; rejects as soon as this is interrupted, and the work is left to itself. */
  async orElse<Result>(work: Promise<Result>): Promise<Result> {
    const { signal } = this;
    let interrupt: (() => void) | undefined;
    const interrupted = new Promise<never>((_, reject) => {
      interrupt = () => reject(signal.reason as PdmError);
      if (signal.aborted) interrupt();
      else signal.addEventListener("abort", interrupt);
    });
    try {
      return await Promise.race([work, interrupted]);
    } finally {
      if (interrupt !== undefined) signal.removeEventListener("abort", interrupt);
      interrupted.catch(() => undefined);
      work.catch(() => undefined);
    }
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
  }
}

/** Ends this process with that status, unless its output has failed; at once where it was interrupted, as what was left to itself may go on for long. */
export function endWith(status: number): void {
  if (status > 128) process.exit(status);
  process.exitCode ??= status;
}
