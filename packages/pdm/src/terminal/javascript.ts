import { CompletenessJudge } from "../syntax/completeness.js";
import type { Language } from "./language.js";

/** JavaScript's rules: what is complete runs at once, and so does what no further line can mend, so that its error is reported. */
export const JAVASCRIPT: Language = {
  name: "JavaScript",
  // Functions with empty lines in them are what people paste and write.
  emptyLineEnds: false,
  // `TypeError: message`, `Error [ERR_CODE]: message`, `Uncaught 5`
  tracebackStart: /^(?:Uncaught\b|[A-Z][\w$]*(?:Error|Exception)\b|Error\b)/,
  begin() {
    const judge = new CompletenessJudge();
    return async (lines) => (await judge.judge(lines)) !== "incomplete";
  },
};
