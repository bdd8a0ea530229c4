import { getLineInfo } from "acorn";
import type { FunctionDeclaration, Program, VariableDeclaration } from "acorn";
import { readCommand } from "./command-source.js";
import { CommandSyntaxError } from "./command-syntax-error.js";
import { rewriteImport } from "./import-lines.js";
import { surveyCommand } from "./survey.js";
import type { BlockFunction, DeclarationKind, Survey } from "./survey.js";
import { applyEdits, blank } from "./text-edit.js";
import type { ColumnShift, EditedText, TextEdit } from "./text-edit.js";

/**
 * A command rewritten so that what it declares at its top level outlives it.
 *
 * Each text is the body of a function whose one parameter is the object that variables live in. It returns a function of that object, of
 * what `import(…)` calls, of a guard that the values of calls are passed through, and of what a `for await` goes through; calling that, with
 * the global object as `this`, runs it. The first line of the text is the wrapping's, the others are the command's.
 */
export interface CommandScript {
  /** The function declarations, to be run first; undefined where there are none. */
  readonly functions: string | undefined;
  /** See `form`. */
  readonly main: string;
  /**
   * What calling the function of `main` gives: the value that `shows` names; with `await` at the top level, a generator that gives what is
   * awaited, so that each step can be guarded, and returns an array that holds the value; with `for await` or `await using` there, a
   * promise for such an array.
   */
  readonly form: CommandForm;
  /** May run code that somebody wrote, or go on for long. */
  readonly runsCode: boolean;
  /** What the columns in `functions` and `main` are in the source. */
  readonly shifts: readonly ColumnShift[];
  /** What has the command's value: itself, where it is one expression; the last of its statements, where that is one; or nothing. */
  readonly shows: "expression" | "lastStatement" | "nothing";
  readonly declarations: ReadonlyMap<string, DeclarationKind>;
  /** Names that may have to be made variables by assignment. */
  readonly assigned: ReadonlySet<string>;
  /** Names that `typeof` is applied to. */
  readonly probed: ReadonlySet<string>;
  /** The parameter of the texts; no name in the command. */
  readonly scopeName: string;
}

type CommandForm = "synchronous" | "steps" | "promise";

interface Names {
  readonly scope: string;
  readonly importer: string;
  readonly guard: string;
  readonly stoppable: string;
}

/**
 * Rewrites a command. Its variables become properties, by way of `with`: a declaration turns into an assignment, in its place.
 * Every line stays the line that it is in the source.
 *
 * @throws CommandSyntaxError
 */
export function rewriteCommand(typed: string): CommandScript {
  const { command, source } = readCommand(typed);
  const survey = surveyCommand(command);
  const names = {
    scope: unusedName("$scope", source),
    importer: unusedName("$import", source),
    guard: unusedName("$guard", source),
    stoppable: unusedName("$stoppable", source),
  };
  // In this order, since of two edits at one place the first is the outer one at its beginning.
  const form = findForm(survey);
  const edits = [...rewriteAwaits(survey, names, form), ...guardCalls(survey, names), ...rewriteCalls(survey, names)];
  if (source.startsWith("#!")) edits.push({ start: 0, end: 2, text: "//" });
  const { declarations, assigned, probed, runsCode, strict } = survey;
  const script = {
    form,
    runsCode,
    declarations,
    assigned,
    probed,
    scopeName: names.scope,
  };
  if (command.kind === "expression") {
    const { text, shifts } = applyEdits(source.slice(0, command.end), edits);
    return { ...script, shows: "expression", functions: undefined, main: wrapExpression(text, names, form), shifts };
  }
  const functions = command.tree.body
    .filter((node) => node.type === "FunctionDeclaration")
    .map((node) => rewriteFunction(source, node));
  edits.push(...functions.flatMap(({ before, name, after }) => [before, name, after]));
  edits.push(...rewriteDeclarations(source, command.tree, survey, names));
  const awaiting = form === "promise" ? "await" : "yield";
  for (const line of survey.importLines) edits.push(...rewriteImport(source, line, names.importer, awaiting));
  const last = command.tree.body.at(-1);
  const hasValue = last?.type === "ExpressionStatement" && last.directive === undefined;
  // Around all the other edits of the statement.
  if (hasValue) {
    const [before, after] = form === "synchronous" ? ["return(", ")"] : ["return[(", ")]"];
    const end = source[last.end - 1] === ";" ? last.end - 1 : last.end;
    edits.unshift({ start: last.start, end: last.start, text: before });
    edits.push({ start: end, end, text: after });
  }
  const edited = applyEdits(source, edits);
  const parts = separate(edited, functions);
  return {
    ...script,
    shows: hasValue ? "lastStatement" : "nothing",
    functions: functions.length === 0 ? undefined : wrap(names, strict ? '{"use strict";' : "{", parts.functions, "}"),
    main: wrap(names, "{", parts.rest, "}", form, strict),
    shifts: edited.shifts,
  };
}

function unusedName(name: string, source: string): string {
  let unused = name;
  while (source.includes(unused)) unused += "_";
  return unused;
}

function findForm({ awaits, importLines, asyncLoops, hasAsyncDisposal }: Survey): CommandForm {
  if (asyncLoops.length > 0 || hasAsyncDisposal) return "promise";
  return awaits.length + importLines.length > 0 ? "steps" : "synchronous";
}

/**
 * `this` is the global object in the function, and its parameters hide the names of the wrapping from `with`. A generator has `arguments` of
 * its own, which the second `with` hides; strict code cannot have that. Line feeds, since Node shows the line that threw in the daemon's
 * log, and for a comment at the end of the command.
 */
function wrap(
  names: Names,
  opening: string,
  body: string,
  closing: string,
  form: CommandForm = "synchronous",
  strict = false,
): string {
  const { scope, importer, guard, stoppable } = names;
  const parameters = `(${scope},${importer},${guard},${stoppable})`;
  if (form === "steps") {
    const [before, after] = strict ? ["", ""] : [`{with(${scope})`, "}"];
    return `with(${scope})return function*${parameters}${before}${opening}\n${body}\n${closing}${after}`;
  }
  return `with(${scope})return ${form === "promise" ? "async" : ""}${parameters}=>${opening}\n${body}\n${closing}`;
}

/** The array keeps a promise that is the value from being awaited. */
function wrapExpression(expression: string, names: Names, form: CommandForm): string {
  if (form === "synchronous") return wrap(names, "(", expression, ")");
  if (form === "promise") return wrap(names, "[(", expression, ")]", form);
  return wrap(names, "{return[(", expression, ")]}", form);
}

/** `await x` becomes `(yield(x))`, and `for await (a of b)` has `$stoppable(b)`. */
function* rewriteAwaits(
  { awaits, asyncLoops, statementStarts }: Survey,
  { stoppable }: Names,
  form: CommandForm,
): Generator<TextEdit> {
  for (const { start, end } of asyncLoops) {
    yield { start, end: start, text: `${stoppable}(` };
    yield { start: end, end, text: ")" };
  }
  if (form !== "steps") return;
  // The inner ones first, whose brackets close first where several end at one place.
  for (const { start, end } of awaits.toSorted((a, b) => b.start - a.start)) {
    // A statement that begins with a bracket could continue the line before.
    yield { start, end: start + "await".length, text: statementStarts.has(start) ? "0,(yield(" : "(yield(" };
    yield { start: end, end, text: "))" };
  }
}

/** `f(x);` becomes `$guard(f(x));`. */
function* guardCalls({ calls }: Survey, { guard }: Names): Generator<TextEdit> {
  for (const { start, end } of calls) {
    yield { start, end: start, text: `${guard}(` };
    yield { start: end, end, text: ")" };
  }
}

/**
 * `f(x)` becomes `(0,f)(x)`: what is found by way of `with` is called as a method of the object there, and `this` would be that.
 * V8 places such a call at its bracket, hence the origin.
 */
function* rewriteCalls({ calls, callees, statementStarts, imports }: Survey, { importer }: Names): Generator<TextEdit> {
  const guarded = new Set(Array.from(calls, ({ start }) => start));
  for (const { start, end } of callees) {
    // A statement that begins with a bracket could continue the line before.
    yield { start, end: start, text: statementStarts.has(start) && !guarded.has(start) ? "0,(0," : "(0," };
    yield { start: end, end, text: ")", origin: start };
  }
  for (const start of imports) yield { start, end: start + "import".length, text: importer };
}

/** The edits that make a function declaration an assignment. */
interface RewrittenFunction {
  readonly before: TextEdit;
  readonly name: TextEdit;
  readonly after: TextEdit;
}

/** `function f() {}` becomes `f=function () {};`, a function that has the name too. */
function rewriteFunction(source: string, { id, start, end }: FunctionDeclaration): RewrittenFunction {
  return {
    before: { start, end: start, text: `${source.slice(id.start, id.end)}=` },
    name: { start: id.start, end: id.end, text: "" },
    after: { start: end, end, text: ";" },
  };
}

/** The same text twice: with nothing but the functions, and with all but them. Every place stays where it is. */
function separate(
  { text, offsets }: EditedText,
  functions: readonly RewrittenFunction[],
): { functions: string; rest: string } {
  const parts = { functions: "", rest: "" };
  let position = 0;
  for (const { before, after } of functions) {
    const start = offsets.get(before) ?? 0;
    const end = (offsets.get(after) ?? 0) + after.text.length;
    parts.functions += blank(text.slice(position, start)) + text.slice(start, end);
    // The semicolon ends the statement before, as the declaration did.
    parts.rest += `${text.slice(position, start)};${blank(text.slice(start + 1, end))}`;
    position = end;
  }
  parts.functions += blank(text.slice(position));
  parts.rest += text.slice(position);
  return parts;
}

function* rewriteDeclarations(
  source: string,
  { body }: Program,
  survey: Survey,
  { scope }: Names,
): Generator<TextEdit> {
  for (const { id, start, end } of body.filter((node) => node.type === "ClassDeclaration")) {
    yield { start, end: start, text: `!(${source.slice(id.start, id.end)}=` };
    yield { start: end, end, text: ");" };
  }
  for (const blockFunction of survey.blockFunctions) yield* rewriteBlockFunction(source, blockFunction, scope);
  for (const node of survey.variables) {
    const head = survey.loopHeads.get(node);
    yield* head === "left" ? rewriteLoopVariable(source, node) : rewriteVariables(source, node, head === "init");
  }
}

/**
 * `{ function f() {} }` becomes `{let f;{ $scope.f=f;function f() {} }}`: the outer name keeps the engine from making a `var` in the
 * wrapping, which would hide the variable.
 */
function* rewriteBlockFunction(
  source: string,
  { declaration, host, setsVariable }: BlockFunction,
  scope: string,
): Generator<TextEdit> {
  const name = source.slice(declaration.id.start, declaration.id.end);
  const bare = declaration === host;
  yield { start: host.start, end: host.start, text: `{let ${name};${bare ? "{" : ""}` };
  if (setsVariable) yield { start: declaration.start, end: declaration.start, text: `${scope}.${name}=${name};` };
  yield { start: host.end, end: host.end, text: bare ? "}}" : "}" };
}

/**
 * `let a = 1, { b } = c` becomes `!( a = 1, { b } = c);`. The parentheses are for a pattern at the start; the operator keeps
 * them from continuing the line before.
 */
function* rewriteVariables(
  source: string,
  { kind, declarations, start, end }: VariableDeclaration,
  inLoopHead: boolean,
): Generator<TextEdit> {
  yield { start, end: start + kind.length, text: "!(" };
  let last = start;
  for (const { id, init, end: declarationEnd } of declarations) {
    last = declarationEnd;
    if (init) continue;
    // `let a` sets it to undefined, `var a` leaves it alone.
    yield kind === "var"
      ? { start: id.start, end: id.end, text: "0" }
      : { start: id.end, end: id.end, text: "=void 0" };
  }
  yield { start: last, end: last, text: inLoopHead || source[end - 1] === ";" ? ")" : ");" };
}

/** `for (var a of b)` becomes `for ( (a) of b)`; in parentheses, since `async of` would be something else. */
function* rewriteLoopVariable(source: string, { kind, declarations, start }: VariableDeclaration): Generator<TextEdit> {
  yield { start, end: start + kind.length, text: "" };
  for (const { id, init } of declarations) {
    if (init) {
      const { line, column } = getLineInfo(source, init.start);
      throw new CommandSyntaxError("The variable of a for-in loop cannot have an initial value", line, column + 1);
    }
    if (id.type !== "Identifier") continue;
    yield { start: id.start, end: id.start, text: "(" };
    yield { start: id.end, end: id.end, text: ")" };
  }
}
