import type { PrintOptions } from "./value-text.js";

/** How one command is run and shown. */
export interface EvaluateOptions {
  /** Whose it is, and that client's number for it: what the thread beside this one tells it by. 0 where nothing is said. */
  readonly client?: number;
  readonly evaluation?: number;
  /** Milliseconds for which a step of it may block the service: between two awaits, or all of it. `Infinity` for any time. */
  readonly deadlineMs?: number;
  /** Whether the thread beside this one may stop it: the caller holds a lease of that. */
  readonly interruptible?: boolean;
  readonly print?: PrintOptions;
  /** Whether the last of several statements shows its value, but for `undefined`; else only a command that is one expression does. */
  readonly showsLast?: boolean;
  /** Gives a value another form besides, within the same guard, since the value's own code may run for that. What it throws, the command throws. */
  readonly encode?: (value: unknown) => string;
}

/** What came of one command. */
export type EvaluationOutcome =
  /** A value, and how it is shown; with `isCut` that is not all of it. `encoded` is what `encode` made of it. */
  | {
      readonly kind: "value";
      readonly text: string;
      readonly value: unknown;
      readonly isCut: boolean;
      readonly encoded?: string;
    }
  | { readonly kind: "done" }
  /** What it threw, shown as a traceback; or it could not be read, or was stopped. */
  | {
      readonly kind: "threw";
      readonly text: string;
      readonly error: unknown;
      readonly cause?: "interrupt" | "deadline" | "syntax";
    };

/** A command was stopped. What it was changing may be half changed: none of its `finally` blocks has run. */
export class StoppedError extends Error {
  override readonly name: string;
  readonly code: "ERR_PDM_INTERRUPTED" | "ERR_PDM_DEADLINE";

  constructor(cause: "interrupt" | "deadline", deadlineMs: number) {
    super(
      cause === "interrupt"
        ? "the command was stopped; what it was changing may be half changed"
        : `the command blocked the service for ${deadlineMs} ms (deadlineMs) and was stopped; what it was changing may be half changed`,
    );
    this.name = cause === "interrupt" ? "Interrupted" : "DeadlineExceeded";
    this.code = cause === "interrupt" ? "ERR_PDM_INTERRUPTED" : "ERR_PDM_DEADLINE";
    // It has none: our own would say nothing.
    this.stack = `${this.name}: ${this.message}`;
  }
}
