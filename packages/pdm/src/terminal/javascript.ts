import { CompletenessJudge } from "../syntax/completeness.js";
import { judgeContinuation } from "../syntax/continuation.js";
import type { Language } from "./language.js";

/** JavaScript's rules: what is complete runs at once, and so does what no further line can mend, so that its error is reported. */
export const JAVASCRIPT: Language = {
  name: "JavaScript",
  // Functions with empty lines in them are what people paste and write.
  emptyLineEnds: false,
  judgeContinuation,
  // The REPL puts it before whatever was thrown.
  tracebackStart: /^Uncaught /,
  tracebackIsLast: true,
  begin() {
    const judge = new CompletenessJudge();
    return async (lines) => (await judge.judge(lines)) !== "incomplete";
  },
};
