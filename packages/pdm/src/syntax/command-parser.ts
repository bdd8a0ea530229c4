import { Parser, tokTypes } from "acorn";
import type { Expression, ImportDeclaration, Options, Program, Statement, TokenType } from "acorn";
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

/** Acorn's parser with the few members that its types leave out, and an expression that must be all there is. */
export class CommandParser extends Parser {
  declare readonly type: TokenType;
  declare nextToken: () => void;
  declare next: () => void;
  declare parseExpression: () => Expression;
  declare parseStatement: (context: null, topLevel: true) => Statement;
  declare readonly start: number;
  declare readonly lastTokEnd: number;
  declare unexpected: () => never;

  constructor(source: string, options: Options = OPTIONS) {
    super(options, source);
  }

  get atEnd(): boolean {
    return this.type === tokTypes.eof;
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

/** Whether a command is complete; see `judgeCompleteness`. */
export function judgeCommand(source: string): Completeness {
  // More lines would come after a line feed, which a string survives only behind a backslash.
  const text = `${source}\n`;
  const program = attempt(text, (parser) => parser.parse());
  if ("tree" in program) return "complete";
  const expression = attempt(text, (parser) => parser.parseWholeExpression());
  if ("tree" in expression) return "complete";
  return program.mendable || expression.mendable ? "incomplete" : "invalid";
}

function attempt<Tree>(source: string, parse: (parser: CommandParser) => Tree, options?: Options): Attempt<Tree> {
  const parser = new CommandParser(source, options);
  try {
    return { tree: parse(parser) };
  } catch (error) {
    if (!isAcornError(error)) throw error;
    return { error, mendable: isMendable(error, source, parser) };
  }
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
  if (reason.includes("sourceType: module")) reason = explainModuleSyntax(source, pos);
  if (reason.startsWith("Not enough stack space")) reason = "The command is nested too deeply";
  return new CommandSyntaxError(reason, loc.line, loc.column + 1);
}

function explainModuleSyntax(source: string, pos: number): string {
  if (source.startsWith("export", pos)) return "A command cannot export; leave out export";
  const module = attempt(source, (parser) => parser.parse(), { ...OPTIONS, sourceType: "module" });
  const declaration =
    "tree" in module && module.tree.body.find((node) => node.start === pos && node.type === "ImportDeclaration");
  const replacement = declaration
    ? writeDynamicImport(source, declaration as ImportDeclaration)
    : 'const { name } = await import("module")';
  return `A command cannot have an import declaration; write: ${replacement}`;
}

/** The same import as an expression: `import a, { b as c } from "d"` is `const { default: a, b: c } = await import("d")`. */
function writeDynamicImport(source: string, { specifiers, source: from, attributes }: ImportDeclaration): string {
  const [firstAttribute] = attributes;
  const lastAttribute = attributes.at(-1);
  const options =
    firstAttribute && lastAttribute ? `, { with: { ${source.slice(firstAttribute.start, lastAttribute.end)} } }` : "";
  const expression = `await import(${from.raw ?? JSON.stringify(from.value)}${options})`;
  const names: string[] = [];
  for (const specifier of specifiers) {
    const local = specifier.local.name;
    if (specifier.type === "ImportNamespaceSpecifier") {
      return `const ${local} = ${expression}${names.length > 0 ? `, { ${names.join(", ")} } = ${local}` : ""}`;
    }
    const imported =
      specifier.type === "ImportSpecifier" ? source.slice(specifier.imported.start, specifier.imported.end) : "default";
    names.push(imported === local ? local : `${imported}: ${local}`);
  }
  return names.length > 0 ? `const { ${names.join(", ")} } = ${expression}` : expression;
}
