/** One call of a stack. */
export interface WatchdogFrame {
  /** The function's name; empty for none. */
  readonly call: string;
  /** A path, or the script's address, such as `node:internal/timers`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Whether it is Node.js's own. */
  readonly isInternal: boolean;
}

/** One time that a service's event loop was blocked, or is. */
export interface WatchdogReport {
  /** When it began: seconds since the epoch. */
  readonly time: number;
  /** For how long, at the least; as long as it is blocked, until now. */
  readonly durationMs: number;
  /** `loop`, `regexp`, `native`, `waiting`, `garbage-collection`, `paused`, `busy`, `idle`; `unknown` where the stack came too late. Later services may have others. */
  readonly state: string;
  /** What blocks, in one sentence. */
  readonly summary: string;
  /** The calls as text, the innermost first; empty where there are none. */
  readonly stack: string;
  readonly frames: readonly WatchdogFrame[];
  /** What the watchdog's rules did. */
  readonly rules: readonly {
    readonly do: string;
    readonly afterMs: number;
    readonly outcome: string;
  }[];
}

/** What a watchdog says of its service. */
export interface WatchdogState {
  readonly pid: number;
  readonly isBlocked: boolean;
  /** Milliseconds for which the event loop has not turned, at the least. */
  readonly blockedMs: number;
  /** From which on it counts as blocked. */
  readonly limitMs: number;
  /** How often it was, with this time. */
  readonly occasions: number;
  /** This time, or the last one; null where there was none. */
  readonly report: WatchdogReport | null;
}

/** What a service's main thread was found doing. */
export interface WatchdogDiagnosis {
  /** As in {@link WatchdogReport}. */
  readonly state: string;
  /** What it does, where, and for how long, in one sentence. */
  readonly summary: string;
  readonly details: readonly string[];
  /** The calls, the innermost first. */
  readonly stack: readonly (WatchdogFrame & {
    /** The lines of source around it. */
    readonly source: readonly { readonly line: number; readonly text: string }[];
    /** Parameters and local variables, where they may be seen, in brief. */
    readonly variables: readonly { readonly name: string; readonly text: string }[];
  })[];
  /** What can be done about it, in words, the best first. */
  readonly advice: readonly string[];
}

/** What came of an expression. */
export interface WatchdogEvaluated {
  /** The value in brief, or what was thrown. */
  readonly text: string;
  /** Whether it threw, or was stopped. */
  readonly isError: boolean;
  /** The call in whose scope it ran, where one was named. */
  readonly call?: string;
}
