/** What a process's main thread was found doing. */
export type ProcessState =
  /** The event loop turns: it waits for something, or for nothing. */
  | "idle"
  /** The event loop turns, and has much to do. */
  | "busy"
  /** JavaScript that does not come to an end. */
  | "loop"
  /** A regular expression that tries ever more ways to match. */
  | "regexp"
  /** A native call that has not returned: no JavaScript runs until then. */
  | "native"
  /** Asleep in a call that the inspector can interrupt, such as `Atomics.wait`. */
  | "waiting"
  /** Garbage is collected back to back, most often since the heap is nearly full. */
  | "garbage-collection"
  /** Paused in a debugger. */
  | "paused"
  /** Stopped by a signal, as by Ctrl-Z, or frozen. */
  | "stopped"
  /** Held by a tracer, such as gdb or strace. */
  | "traced"
  /** Waits in the kernel, where nothing can reach it, as for a disk or a network file system. */
  | "uninterruptible"
  /** Has ended, and its parent has not taken notice. */
  | "zombie";

/** One variable of a frame. */
export interface DiagnosedVariable {
  readonly name: string;
  /** The value in brief, on one line; none of its code was run. */
  readonly text: string;
}

/** One call on the stack. */
export interface DiagnosedFrame {
  /** The function's name; empty for none. */
  readonly call: string;
  /** A path, or what the script's address is otherwise, such as `node:internal/timers`. Where a source map is inside the script, the source's. */
  readonly file: string;
  /** From 1; 0 where only the function is known, and not the place in it. */
  readonly line: number;
  /** From 1, or 0. */
  readonly column: number;
  /** Where the function begins, where its line is 0 and this is known. */
  readonly functionLine?: number;
  /** The lines of source around it; none for Node.js's own. */
  readonly source: readonly SourceLine[];
  /** Parameters and local variables, those of inner blocks first, `this` where it says something. None where they were not asked for. */
  readonly variables: readonly DiagnosedVariable[];
  /** Whether it is Node.js's own. */
  readonly isInternal: boolean;
}

export interface SourceLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** What was found. */
export interface Diagnosis {
  readonly state: ProcessState;
  /** One sentence, in words: what it does, where, and for how long. */
  readonly summary: string;
  /** More sentences, such as memory, what it waits for, and what was asked of the system. */
  readonly details: readonly string[];
  /** The calls, the innermost first; empty where there is none, or where nobody can tell. */
  readonly stack: readonly DiagnosedFrame[];
  /** What can be done about it, in words, the best first. */
  readonly advice: readonly string[];
}
