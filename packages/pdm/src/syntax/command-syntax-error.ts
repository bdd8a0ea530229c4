import { PdmError } from "../errors.js";

/** The text of a command is not JavaScript (`ERR_PDM_REPL_SYNTAX`). Nothing of it has run. */
export class CommandSyntaxError extends PdmError {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units; undefined where only the line is known. */
  readonly column: number | undefined;

  constructor(message: string, line: number, column?: number) {
    super("ERR_PDM_REPL_SYNTAX", message);
    this.line = line;
    this.column = column;
  }
}
