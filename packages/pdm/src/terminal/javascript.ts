import { CompletenessJudge, judgeCompleteness } from "../syntax/completeness.js";
import { judgeContinuation } from "../syntax/continuation.js";
import { loadedGrammar } from "../syntax/parser.js";
import { NO_TOKENS } from "../syntax/source-tokens.js";
import type { SourceTokens } from "../syntax/source-tokens.js";
import { dedentBracket, indentLine } from "./editor/indentation.js";
import type { Language } from "./language.js";

const INDENT_COLUMNS = 2;

/** Characters of a text that is read anew at each key; a longer one is plain. */
const MAX_TOKENIZED_CHARACTERS = 50_000;

/** JavaScript's rules: what is complete runs at once, and so does what no further line can mend, so that its error is reported. */
export const JAVASCRIPT: Language = {
  name: "JavaScript",
  // Functions with empty lines in them are what people paste and write.
  emptyLineEnds: false,
  indentColumns: INDENT_COLUMNS,
  judgeContinuation,
  // The REPL puts it before whatever was thrown.
  tracebackStart: /^Uncaught /,
  tracebackIsLast: true,
  begin() {
    const judge = new CompletenessJudge();
    return async (lines) => (await judge.judge(lines)) !== "incomplete";
  },
  judge: async (source) => (await judgeCompleteness(source)) !== "incomplete",
  tokenize,
  indent: (before) => indentLine(before, tokenize(before), INDENT_COLUMNS),
  dedent: (before, typed) => dedentBracket(before, typed, tokenize(before)),
};

function tokenize(source: string): SourceTokens {
  const grammar = source.length > MAX_TOKENIZED_CHARACTERS ? undefined : loadedGrammar();
  return grammar?.tokenizeSource(source) ?? NO_TOKENS;
}
