import type { Typed } from "../command-input.js";
import type { Label } from "./style.js";
import type { TextBuffer } from "./text-buffer.js";

/** `command` ends where the language says so, `text` with Ctrl-D, `answer` with its only line. */
export type ReadingMode = "command" | "text" | "answer";

/** Something that the editor was asked to read. */
export interface Reading {
  readonly mode: ReadingMode;
  readonly prompt: Label;
  readonly buffer: TextBuffer;
  readonly signal: AbortSignal | undefined;
  readonly settle: (typed: Typed) => void;
}
