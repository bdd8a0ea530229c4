import type { Continuation } from "../syntax/continuation.js";

/** What the REPL of one service is made of: the rules of its language. */
export interface Language {
  readonly name: "JavaScript" | "Python";
  /** Whether an empty line runs what was collected; otherwise it is a part of the command like any other line. */
  readonly emptyLineEnds: boolean;
  /** Begins a new command. */
  begin(): Readiness;
  /** Whether `following`, the lines after a command that is ready, continues it after all. Absent where nothing can. */
  readonly judgeContinuation?: (command: string, following: string) => Promise<Continuation>;
  /** Matches the first line of a traceback. A line of output that matches too does no harm: it is only shown later. */
  readonly tracebackStart: RegExp;
  /** Whether the traceback begins at the last line that matches, so that those before it are output; else at the first. */
  readonly tracebackIsLast: boolean;
}

/** Tells, after each line of one command, whether what was collected of it, its newest line last, is to run at once. Otherwise further lines are collected. */
export type Readiness = (lines: readonly string[]) => Promise<boolean>;
