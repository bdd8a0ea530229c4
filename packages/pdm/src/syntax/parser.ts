import { closeSync, openSync } from "node:fs";
import { PdmError } from "../errors.js";
import type * as grammarModule from "./grammar.js";

/** What the parser's chunk offers. */
export type Grammar = typeof grammarModule;

/** The parser could not be loaded (`ERR_PDM_REPL_PARSER`); `cause` says why. Nothing else is affected, and the next call tries again. */
export class ParserError extends PdmError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      "ERR_PDM_REPL_PARSER",
      `the REPL's parser cannot be loaded, so no command can run; restart the service if its files were replaced, free file descriptors if there are none left (${reason})`,
      { cause },
    );
  }
}

let grammar: Grammar | undefined;

/**
 * Loads the parser, once a process; later calls resolve at once. It is big, and few processes ever need it.
 *
 * @throws ParserError when its file cannot be read
 */
export async function loadGrammar(): Promise<Grammar> {
  if (grammar) return grammar;
  try {
    checkDescriptors();
    grammar = await import("./grammar.js");
    return grammar;
  } catch (error) {
    throw new ParserError(error);
  }
}

/** Node 20 remembers an import that failed for want of a descriptor, and never tries again. So the want is found out first. @throws where there is none */
export function checkDescriptors(): void {
  try {
    closeSync(openSync(process.getBuiltinModule("node:os").devNull, "r"));
  } catch (error) {
    // The permission model may forbid this file, and allow the parser's.
    if ((error as NodeJS.ErrnoException).code !== "ERR_ACCESS_DENIED") throw error;
  }
}

/** The parser, or undefined as long as it is not loaded. */
export function loadedGrammar(): Grammar | undefined {
  return grammar;
}
