import { BracketScanner } from "./bracket-scanner.js";
import { judgeJavaScript } from "./command-parser.js";
import type { Completeness } from "./completeness.js";
import { resemblesTypeScript, stripTypes } from "./typescript.js";

/** Without a body it declares one way to call a function, of several; whoever types it goes on. */
const FUNCTION_HEAD = /^\s*(?:async\s+)?function\b/;

/**
 * Whether a command is complete; see `judgeCompleteness`. Of TypeScript a Node that cannot strip types knows only that brackets are open.
 */
export function judgeCommand(source: string): Completeness {
  const judged = judgeJavaScript(source);
  return judged === "invalid" && resemblesTypeScript(source) ? judgeTypeScript(source) : judged;
}

function judgeTypeScript(source: string): Completeness {
  const stripped = stripTypes(source);
  if (stripped.kind === "stripped") {
    if (FUNCTION_HEAD.test(source) && stripped.text.trim() === "") return "incomplete";
    return judgeJavaScript(stripped.text);
  }
  if (stripped.kind === "refused" && stripped.atEnd) return "incomplete";
  const scanner = new BracketScanner();
  for (const line of source.split(/\r?\n/)) scanner.read(line);
  return scanner.isOpen ? "incomplete" : "invalid";
}
