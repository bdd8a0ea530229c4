import type { Continuation } from "../syntax/continuation.js";
import type { SourceTokens } from "../syntax/source-tokens.js";

/** What the REPL of one service is made of: the rules of its language. */
export interface Language {
  readonly name: "JavaScript" | "Python";
  /** Whether an empty line runs what was collected; otherwise it is a part of the command like any other line. */
  readonly emptyLineEnds: boolean;
  /** Spaces of one level of indentation. */
  readonly indentColumns: number;
  /** Begins a new command. */
  begin(): Readiness;
  /** Whether a whole text is to run when Enter is pressed on its last line; otherwise it gets another line. */
  judge(source: string): Promise<boolean>;
  /** Whether `following`, the lines after a command that is ready, continues it after all. Absent where nothing can. */
  readonly judgeContinuation?: (command: string, following: string) => Promise<Continuation>;
  /** The text's pieces, to be shown in their colours; none as long as what knows them is not loaded. */
  tokenize(source: string): SourceTokens;
  /** What a new line behind `before` begins with: spaces. */
  indent(before: string): string;
  /** What the line of a bracket that is typed behind blanks alone begins with; undefined where that stays as it is. */
  dedent(before: string, typed: string): string | undefined;
  /** Matches the first line of a traceback. A line of output that matches too does no harm: it is only shown later. */
  readonly tracebackStart: RegExp;
  /** Whether the traceback begins at the last line that matches, so that those before it are output; else at the first. */
  readonly tracebackIsLast: boolean;
}

/** Tells, after each line of one command, whether what was collected of it, its newest line last, is to run at once. Otherwise further lines are collected. */
export type Readiness = (lines: readonly string[]) => Promise<boolean>;
