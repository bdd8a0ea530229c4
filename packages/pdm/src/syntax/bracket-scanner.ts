/** What a slash means behind a piece of code: `unsure` where only a parser can tell. */
type Slash = "division" | "regexp" | "unsure";

/** Something open: how it ends, and what a slash means behind that. */
interface Opening {
  readonly end: ")" | "]" | "}" | "`" | "*/";
  readonly after: Slash;
}

/** Words with all their dots, so that a property is no keyword; signs of more than one character that matter here; any other character. */
const TOKEN = /\s*(\/[/*]|\.{3}|[\p{ID_Continue}$#.\u200c\u200d]+|\+\+|-->?|<!--|[^])/uy;
const WORD = /^[\p{ID_Continue}$#.\u200c\u200d]/u;
/** What follows it is a property, whatever its name; a number may end with a dot too. */
const DANGLING_DOT = /^(?![0-9]).*\.$/u;
/** No text is complete that ends with one of these. */
const OPERATOR = /^(?:\.{3}|[=+\-*/%&|^<>!~?:,])$/;

const REGEXP_AFTER = new Set("case delete do else extends in instanceof new return throw typeof void".split(" "));
/** Names in some places. */
const UNSURE_AFTER = new Set("await of yield".split(" "));
const STATEMENT_HEADS = new Set("for if while with".split(" "));

/** A line that holds another line's end, as JavaScript counts lines. */
const LINE_END = /[\r\n\u2028\u2029]/;

const STRING_STOPS = { '"': /\\.?|"/gsu, "'": /\\.?|'/gsu } as const;
const REGEXP_STOPS = /\\.?|[[\]/]/gsu;
const TEMPLATE_STOPS = /\\.?|`|\$\{/gsu;

/**
 * Reads JavaScript line by line, each line once, to know without parsing it all again whether it can be complete yet.
 *
 * It is no parser, and reads on only as long as it is certain. Where it is not (behind `}` a slash may begin a regular expression
 * or divide, and a few rarer cases), it gives up for the rest of the text.
 */
export class BracketScanner {
  readonly #openings: Opening[] = [];
  #slash: Slash = "regexp";
  /** The word read last, while nothing else came after it. */
  #word = "";
  #endsInOperator = false;
  #gaveUp = false;

  /** Whether more must certainly come: a bracket, template or comment is open, or the last thing is an operator. */
  get isOpen(): boolean {
    return !this.#gaveUp && (this.#openings.length > 0 || this.#endsInOperator);
  }

  /** Reads the next line, which is given without its end. */
  read(line: string): void {
    if (LINE_END.test(line)) this.#gaveUp = true;
    // The line before may have ended a statement: `let a`, then `/b/.test(c)`.
    if (this.#slash === "division") this.#slash = "unsure";
    for (let at = 0; at < line.length && !this.#gaveUp;) {
      const inside = this.#openings.at(-1)?.end;
      if (inside === "`") at = this.#readTemplate(line, at);
      else if (inside === "*/") at = this.#readComment(line, at);
      else at = this.#readCode(line, at);
    }
  }

  /** Each of these reads on from `at`, and returns where it stopped. */
  #readTemplate(line: string, at: number): number {
    const stop = findStop(TEMPLATE_STOPS, line, at);
    if (stop?.text === "`") this.#close("`");
    else if (stop !== undefined) this.#open("}", "unsure");
    return stop?.end ?? line.length;
  }

  #readComment(line: string, at: number): number {
    const end = line.indexOf("*/", at);
    if (end === -1) return line.length;
    // What stood before the comment is still what stands last.
    this.#openings.pop();
    return end + 2;
  }

  #readCode(line: string, at: number): number {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(line)?.[1];
    const end = TOKEN.lastIndex;
    // Nothing but white space is left.
    if (token === undefined || token.trim() === "" || token === "//") return line.length;
    if (token === "/*") {
      this.#openings.push({ end: "*/", after: this.#slash });
      return end;
    }
    if (token === "/" && this.#slash !== "division") return this.#readRegExp(line, end);
    if (token === '"' || token === "'") return this.#readString(STRING_STOPS[token], line, end);
    this.#acceptToken(token);
    return end;
  }

  #acceptToken(token: string): void {
    const word = this.#word;
    if (token === "(") this.#open(")", readSlashAfterParenthesis(word));
    else if (token === "[") this.#open("]", "division");
    else if (token === "{") this.#open("}", "unsure");
    else if (token === "`") this.#open("`", "division");
    else if (token === ")" || token === "]" || token === "}") this.#close(token);
    else if (token === "<!--" || token === "-->" || token === "\\") this.#gaveUp = true;
    else if (token === "++" || token === "--") this.#stand("unsure");
    else if (OPERATOR.test(token)) this.#stand("regexp", true);
    else if (WORD.test(token)) this.#standWord(DANGLING_DOT.test(word) ? `.${token}` : token);
    else this.#stand("regexp");
  }

  #readString(stops: RegExp, line: string, at: number): number {
    const end = findStop(stops, line, at)?.end;
    // It goes on in the next line behind a backslash, which is rare, or is an error.
    if (end === undefined) this.#gaveUp = true;
    this.#stand("division");
    return end ?? line.length;
  }

  #readRegExp(line: string, at: number): number {
    let inClass = false;
    let stop = this.#slash === "regexp" ? findStop(REGEXP_STOPS, line, at) : undefined;
    while (stop !== undefined && (inClass || stop.text !== "/")) {
      if (stop.text !== "/") inClass = stop.text === "[";
      stop = findStop(REGEXP_STOPS, line, stop.end);
    }
    if (stop === undefined) this.#gaveUp = true;
    this.#stand("division");
    return stop?.end ?? line.length;
  }

  #open(end: Opening["end"], after: Slash): void {
    this.#openings.push({ end, after });
    this.#stand("regexp");
  }

  #close(end: Opening["end"]): void {
    const opening = this.#openings.pop();
    if (opening?.end === end) this.#stand(opening.after);
    else this.#gaveUp = true;
  }

  #stand(slash: Slash, endsInOperator = false): void {
    this.#slash = slash;
    this.#word = "";
    this.#endsInOperator = endsInOperator;
  }

  #standWord(word: string): void {
    const other = UNSURE_AFTER.has(word) ? "unsure" : "division";
    this.#stand(REGEXP_AFTER.has(word) ? "regexp" : other);
    this.#word = word;
  }
}

function readSlashAfterParenthesis(word: string): Slash {
  if (STATEMENT_HEADS.has(word)) return "regexp";
  // It may be that of `for await`.
  return word === "await" ? "unsure" : "division";
}

/** The next stop that is no escape. A search in a loop, since one pattern for all of a long text exhausts the stack. */
function findStop(stops: RegExp, text: string, at: number): { text: string; end: number } | undefined {
  stops.lastIndex = at;
  for (let found = stops.exec(text); found !== null; found = stops.exec(text)) {
    if (!found[0].startsWith("\\")) return { text: found[0], end: stops.lastIndex };
  }
  return undefined;
}
