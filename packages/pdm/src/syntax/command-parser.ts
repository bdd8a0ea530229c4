import { getLineInfo, Parser, tokTypes } from "acorn";
import type { Expression, Options, Program, Statement, TokenType } from "acorn";
import { CommandSyntaxError } from "./command-syntax-error.js";
import type { Completeness } from "./completeness.js";

/** A command as it will run: as an expression, whose value is shown, or as statements. */
export type Command = ExpressionCommand | { readonly kind: "statements"; readonly tree: Program };

interface ExpressionCommand {
  readonly kind: "expression";
  readonly tree: Expression;
  /** Where its text ends, before any semicolon. */
  readonly end: number;
}

const OPTIONS: Options = { ecmaVersion: "latest", sourceType: "script", allowAwaitOutsideFunction: true };

/** What acorn throws. */
interface AcornError extends SyntaxError {
  readonly pos: number;
  readonly loc: { readonly line: number; readonly column: number };
  readonly raisedAt: number;
}

/** Errors that acorn puts before the end although what is missing is at the end. */
const MISSING_AT_END = /^(?:Missing initializer|Complex binding patterns require|Missing catch or finally)/;
const OPEN_AT_END = /^Unterminated (?:comment|template)/;

const IMPORT_EXPRESSION = /^import\s*[(.]/;
const LOOK_AHEAD_CHARACTERS = 100;

/** A method that acorn's types leave out. */
const StatementParser = Parser as unknown as new (
  options: Options,
  source: string,
) => Parser & { parseStatement(context: string | null, topLevel?: boolean, exports?: object): Statement };

/** Acorn's parser with the few members that its types leave out, and an expression that must be all there is. */
export class CommandParser extends StatementParser {
  declare readonly type: TokenType;
  declare nextToken: () => void;
  declare next: () => void;
  declare parseExpression: () => Expression;
  declare inModule: boolean;
  declare readonly start: number;
  declare readonly lastTokEnd: number;
  declare unexpected: () => never;

  constructor(source: string) {
    super(OPTIONS, source);
  }

  get atEnd(): boolean {
    return this.type === tokTypes.eof;
  }

  /** Accepts import declarations at the top level, which acorn has in modules only. */
  override parseStatement(context: string | null, topLevel?: boolean, exports?: object): Statement {
    this.inModule = topLevel === true && this.type === tokTypes._import && !IMPORT_EXPRESSION.test(this.#following());
    try {
      return super.parseStatement(context, topLevel, exports);
    } finally {
      this.inModule = false;
    }
  }

  /**
   * Acorn looks at such an error where it arises, with regular expressions: to compile one where there is hardly any stack left aborts the process
   * in Node.js 20 and 22. So it goes out as it is.
   */
  catchStackOverflow<T>(parse: () => T): T {
    return parse();
  }

  #following(): string {
    return this.input.slice(this.start, this.start + LOOK_AHEAD_CHARACTERS);
  }

  parseWholeExpression(): ExpressionCommand {
    this.nextToken();
    const expression = this.parseExpression();
    const end = this.lastTokEnd;
    while (this.type === tokTypes.semi) this.next();
    if (!this.atEnd) this.unexpected();
    return { kind: "expression", tree: expression, end };
  }
}

/** One attempt at a text: its tree, or the error and whether more text can mend it. */
type Attempt<Tree> = { readonly tree: Tree } | { readonly error: AcornError; readonly mendable: boolean };

/**
 * Parses a command. What can be read as one expression is one, also where a script would see a block (`{a: 1}`);
 * declarations of functions and classes stay declarations.
 *
 * @throws CommandSyntaxError
 */
export function parseCommand(source: string): Command {
  const program = attempt(source, (parser) => parser.parse());
  if ("tree" in program) {
    const [first, ...rest] = program.tree.body;
    if (first?.type === "ExpressionStatement" && rest.length === 0) {
      const end = source[first.end - 1] === ";" ? first.end - 1 : first.end;
      return { kind: "expression", tree: first.expression, end };
    }
    if (first?.type !== "BlockStatement") return { kind: "statements", tree: program.tree };
  }
  const expression = attempt(source, (parser) => parser.parseWholeExpression());
  if ("tree" in expression) return expression.tree;
  if ("tree" in program) return { kind: "statements", tree: program.tree };
  // Of two that only stumbled, the one that read on further knows better what was meant.
  const stumbled = program.error.message.startsWith("Unexpected token") && expression.error.pos > program.error.pos;
  throw explain(source, stumbled ? expression.error : program.error);
}

/** Whether a command is complete, by JavaScript's rules; see `judgeCompleteness`. */
export function judgeJavaScript(source: string): Completeness {
  // More lines would come after a line feed, which a string survives only behind a backslash.
  const text = `${source}\n`;
  const program = attempt(text, (parser) => parser.parse());
  if ("tree" in program) return "complete";
  const expression = attempt(text, (parser) => parser.parseWholeExpression());
  if ("tree" in expression) return "complete";
  return program.mendable || expression.mendable ? "incomplete" : "invalid";
}

function attempt<Tree>(source: string, parse: (parser: CommandParser) => Tree): Attempt<Tree> {
  const parser = new CommandParser(source);
  try {
    return { tree: parse(parser) };
  } catch (error) {
    if (error instanceof RangeError) return { error: refuseDepth(source, parser), mendable: false };
    if (!isAcornError(error)) throw error;
    return { error, mendable: isMendable(error, source, parser) };
  }
}

/** Of a text that exhausts the stack. */
function refuseDepth(source: string, { start }: CommandParser): AcornError {
  const error = new SyntaxError("The command is nested too deeply");
  return Object.assign(error, { pos: start, loc: getLineInfo(source, start), raisedAt: start });
}

export function isAcornError(error: unknown): error is AcornError {
  return error instanceof SyntaxError && "pos" in error;
}

function isMendable(error: AcornError, source: string, parser: CommandParser): boolean {
  if (OPEN_AT_END.test(error.message)) return true;
  if (error.message.startsWith("Unterminated string")) return error.raisedAt >= source.length;
  if (!parser.atEnd) return false;
  return (
    MISSING_AT_END.test(error.message) || (error.message.startsWith("Unexpected token") && error.pos >= source.length)
  );
}

function explain(source: string, { message, pos, loc }: AcornError): CommandSyntaxError {
  let reason = message.replace(/ \(\d+:\d+\)$/, "");
  if (reason.includes("sourceType: module")) reason = "A command cannot export; leave out export";
  if (reason.includes("may only appear at the top level")) {
    reason = source.startsWith("import", pos)
      ? "An import declaration must stand at the top level; write: await import(…)"
      : "A command cannot export; leave out export";
  }
  return new CommandSyntaxError(reason, loc.line, loc.column + 1);
}
