import type {
  AnyNode,
  AwaitExpression,
  Expression,
  ForInStatement,
  ForOfStatement,
  Function as FunctionNode,
  FunctionDeclaration,
  Identifier,
  ImportDeclaration,
  Node,
  Pattern,
  Program,
  VariableDeclaration,
} from "acorn";
import type { Command } from "./command-parser.js";
import { findImports, importedNames } from "./import-lines.js";

export type DeclarationKind = "var" | "let" | "const";

/** What a command declares and touches at its top level, and the places that its rewriting has to change. */
export interface Survey {
  /** Names that the command declares for those after it. A class and a function count as `let`. */
  readonly declarations: Map<string, DeclarationKind>;
  /** Names that sloppy code assigns to somewhere, whatever they refer to. */
  readonly assigned: Set<string>;
  /** Names that `typeof` is applied to somewhere. */
  readonly probed: Set<string>;
  /** `let` and `const` of the top level, and each `var` outside of functions. */
  readonly variables: Set<VariableDeclaration>;
  /** Those of them that stand in the head of a loop: `for (HERE;;)` or `for (HERE of …)`. */
  readonly loopHeads: Map<AnyNode, "init" | "left">;
  /** Sloppy functions in blocks, which set a variable of the top level when their block runs. */
  readonly blockFunctions: BlockFunction[];
  /** What is called, or tags a template, by its bare name; but for `eval`. */
  readonly callees: Identifier[];
  /**
   * Calls, and assignments of a call to a pattern, outside of functions and classes, whose value could be a promise that the command
   * forgets. Not what V8 names in its message about the value (a callee, what is spread or iterated over), nor what is awaited.
   */
  readonly calls: Set<Node>;
  /** Parts of the tree that are none of those. */
  readonly exempt: Set<AnyNode>;
  /** Where expression statements begin. */
  readonly statementStarts: Set<number>;
  /** Offsets of `import` in `import(…)`. */
  readonly imports: number[];
  /** `await …` outside of functions. */
  readonly awaits: AwaitExpression[];
  /** Import declarations. */
  readonly importLines: ImportDeclaration[];
  /** What `for await` outside of functions iterates over. */
  readonly asyncLoops: Expression[];
  /** Has an `await using` outside of functions. */
  hasAsyncDisposal: boolean;
  /** May run code that somebody wrote, or go on for long: else it need not be guarded. */
  runsCode: boolean;
  readonly strict: boolean;
}

/** A function declared in a block, a `switch`, or right behind `if (…)` or a label, outside of functions. */
export interface BlockFunction {
  readonly declaration: FunctionDeclaration;
  /** The block, the `switch`, or the function itself. */
  readonly host: Node;
  /** Whether the variable is set; not where the top level has a `let` of the name. */
  setsVariable: boolean;
}

/**
 * Outside of functions, nothing made of these alone runs code that somebody wrote: literals, operators on them, functions, and declarations
 * of plain names. A name that is read may be a getter of the global object.
 */
const HARMLESS: ReadonlySet<AnyNode["type"]> = new Set<AnyNode["type"]>([
  "Program",
  "EmptyStatement",
  "ExpressionStatement",
  "Literal",
  "UnaryExpression",
  "BinaryExpression",
  "LogicalExpression",
  "ConditionalExpression",
  "ArrowFunctionExpression",
  "FunctionExpression",
  "FunctionDeclaration",
]);

/** `2n ** 2n ** 29n` is calculated, and written in digits, for minutes. */
function isHarmless(node: AnyNode): boolean {
  return HARMLESS.has(node.type) && !(node.type === "Literal" && typeof node.bigint === "string");
}

interface Place {
  readonly node: AnyNode;
  readonly inFunction: boolean;
  readonly inClass: boolean;
  readonly strict: boolean;
}

export function surveyCommand({ kind, tree }: Command): Survey {
  const strict = kind === "statements" && hasUseStrict(tree.body);
  const survey: Survey = {
    declarations: new Map(),
    assigned: new Set(),
    probed: new Set(),
    variables: new Set(),
    loopHeads: new Map(),
    blockFunctions: [],
    callees: [],
    calls: new Set(),
    exempt: new Set(),
    statementStarts: new Set(),
    imports: [],
    awaits: [],
    importLines: findImports(tree),
    asyncLoops: [],
    hasAsyncDisposal: false,
    runsCode: false,
    strict,
  };
  if (kind === "statements") noteTopLevel(survey, tree);
  else exemptCall(survey, tree);
  // A list instead of recursion, so that deep nesting cannot exhaust the stack.
  const places: Place[] = [{ node: tree, inFunction: false, inClass: false, strict }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    if (!place.inFunction && !isHarmless(place.node)) survey.runsCode = true;
    note(survey, place);
    const inside = enter(place);
    for (const node of children(place.node)) places.push({ node, ...inside });
  }
  noteVariables(survey);
  return survey;
}

/** The names that a pattern binds or assigns to; members (`a.b`) have none. */
function namesOf(pattern: Pattern): string[] {
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "MemberExpression") return [];
  if (pattern.type === "RestElement") return namesOf(pattern.argument);
  if (pattern.type === "AssignmentPattern") return namesOf(pattern.left);
  if (pattern.type === "ArrayPattern") return pattern.elements.flatMap((element) => (element ? namesOf(element) : []));
  return pattern.properties.flatMap((property) =>
    namesOf(property.type === "Property" ? property.value : property.argument),
  );
}

function* children(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield child;
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function enter({ node, inFunction, inClass, strict }: Place): Omit<Place, "node"> {
  if (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  ) {
    return { inFunction: true, inClass, strict: strict || isStrictFunction(node) };
  }
  if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
    return { inFunction, inClass: true, strict: true };
  }
  return { inFunction: inFunction || node.type === "StaticBlock", inClass, strict };
}

type Notes = {
  readonly [Type in AnyNode["type"]]?: (survey: Survey, node: Extract<AnyNode, { type: Type }>, place: Place) => void;
};

const NOTES: Notes = {
  VariableDeclaration(survey, node, place) {
    const { inFunction } = place;
    if (inFunction) return;
    if (node.kind === "var") survey.variables.add(node);
    if (node.kind === "await using") survey.hasAsyncDisposal = true;
    if (survey.variables.has(node)) noteInitialisers(survey, node, place);
  },
  ForStatement({ loopHeads }, { init }) {
    if (init) loopHeads.set(init, "init");
  },
  ForInStatement: noteLoop,
  ForOfStatement(survey, node, place) {
    if (node.await && !place.inFunction) survey.asyncLoops.push(node.right);
    survey.exempt.add(node.right);
    noteLoop(survey, node, place);
  },
  BlockStatement(survey, block, place) {
    noteBlockFunctions(survey, block.body, block, place);
  },
  SwitchStatement(survey, node, place) {
    noteBlockFunctions(
      survey,
      node.cases.flatMap(({ consequent }) => consequent),
      node,
      place,
    );
  },
  IfStatement(survey, { consequent, alternate }, place) {
    for (const branch of [consequent, alternate]) if (branch) noteBlockFunctions(survey, [branch], branch, place);
  },
  LabeledStatement(survey, { body }, place) {
    noteBlockFunctions(survey, [body], body, place);
  },
  AwaitExpression(survey, node, { inFunction }) {
    if (!inFunction) survey.awaits.push(node);
    exemptCall(survey, node.argument);
  },
  SpreadElement({ exempt }, { argument }) {
    exempt.add(argument);
  },
  AssignmentExpression(survey, node, place) {
    const { left, right } = node;
    noteAssignment(survey, left, place);
    if (!isPattern(left) || !isCall(right)) return;
    survey.exempt.add(right);
    noteCall(survey, node, place);
  },
  MemberExpression({ exempt }, node) {
    if (exempt.has(node)) exempt.add(node.object);
  },
  ChainExpression(survey, node, place) {
    // Taken apart, `a?.b()` would not end where there is no `a`.
    survey.exempt.add(node.expression);
    if (isCall(node.expression)) noteCall(survey, node, place);
  },
  UpdateExpression(survey, { argument }, place) {
    if (argument.type === "Identifier") noteAssignment(survey, argument, place);
  },
  UnaryExpression({ probed }, { operator, argument }) {
    if (operator === "typeof" && argument.type === "Identifier") probed.add(argument.name);
  },
  ExpressionStatement({ statementStarts }, { start }) {
    statementStarts.add(start);
  },
  CallExpression(survey, node, place) {
    const { callee } = node;
    // By any other name it is not the eval that sees the variables.
    if (callee.type === "Identifier" && callee.name !== "eval") survey.callees.push(callee);
    survey.exempt.add(callee);
    noteCall(survey, node, place);
  },
  NewExpression(survey, node, place) {
    survey.exempt.add(node.callee);
    noteCall(survey, node, place);
  },
  TaggedTemplateExpression(survey, node, place) {
    const { tag } = node;
    if (tag.type === "Identifier") survey.callees.push(tag);
    survey.exempt.add(tag);
    noteCall(survey, node, place);
  },
  ImportExpression(survey, node, place) {
    survey.imports.push(node.start);
    noteCall(survey, node, place);
  },
};

function note(survey: Survey, place: Place): void {
  // The table's types tie each function to its kind of node, which a lookup cannot express.
  (NOTES[place.node.type] as ((survey: Survey, node: AnyNode, place: Place) => void) | undefined)?.(
    survey,
    place.node,
    place,
  );
}

function noteLoop(survey: Survey, { left }: ForInStatement | ForOfStatement, place: Place): void {
  if (left.type === "VariableDeclaration") survey.loopHeads.set(left, "left");
  else noteAssignment(survey, left, place);
}

function noteCall({ calls, exempt }: Survey, node: AnyNode, { inFunction, inClass }: Place): void {
  if (!inFunction && !inClass && !exempt.has(node)) calls.add(node);
}

/** A declaration becomes an assignment: a variable looks after its value, of a pattern the whole assignment is guarded. */
function noteInitialisers(survey: Survey, { declarations }: VariableDeclaration, place: Place): void {
  for (const declarator of declarations) {
    if (!declarator.init || !isCall(declarator.init)) continue;
    survey.exempt.add(declarator.init);
    if (isPattern(declarator.id)) noteCall(survey, declarator, place);
  }
}

/** Of a call whose value somebody looks after; in `f().a` nobody does. */
function exemptCall({ exempt }: Survey, node: AnyNode): void {
  if (node.type !== "MemberExpression") exempt.add(node);
}

function isCall({ type }: AnyNode): boolean {
  return type === "CallExpression" || type === "ChainExpression";
}

function isPattern({ type }: AnyNode): boolean {
  return type === "ObjectPattern" || type === "ArrayPattern";
}

function noteAssignment({ assigned }: Survey, target: Pattern, { strict }: Place): void {
  if (!strict) for (const name of namesOf(target)) assigned.add(name);
}

/** Outside of strict code a function in a block is also a `var` (ECMA-262, annex B.3.2). */
function noteBlockFunctions(
  { blockFunctions }: Survey,
  statements: readonly AnyNode[],
  host: Node,
  { inFunction, strict }: Place,
): void {
  if (inFunction || strict) return;
  for (const declaration of statements) {
    if (declaration.type !== "FunctionDeclaration" || !declaration.id || declaration.async || declaration.generator)
      continue;
    blockFunctions.push({ declaration, host, setsVariable: true });
  }
}

/** `let`, `const`, classes and functions that are statements of the command itself. */
function noteTopLevel({ declarations, variables, importLines }: Survey, { body }: Program): void {
  for (const name of importLines.flatMap(importedNames)) declarations.set(name, "const");
  for (const statement of body) {
    if (statement.type === "VariableDeclaration" && (statement.kind === "let" || statement.kind === "const")) {
      variables.add(statement);
    } else if (statement.type === "ClassDeclaration" || statement.type === "FunctionDeclaration") {
      declarations.set(statement.id.name, "let");
    }
  }
}

function noteVariables({ declarations, variables, blockFunctions }: Survey): void {
  for (const { kind, declarations: declarators } of variables) {
    for (const name of declarators.flatMap(({ id }) => namesOf(id))) declarations.set(name, kind as DeclarationKind);
  }
  for (const blockFunction of blockFunctions) {
    const { name } = blockFunction.declaration.id;
    blockFunction.setsVariable = (declarations.get(name) ?? "var") === "var";
    if (blockFunction.setsVariable) declarations.set(name, "var");
  }
}

function isStrictFunction({ body }: FunctionNode): boolean {
  return body.type === "BlockStatement" && hasUseStrict(body.body);
}

function hasUseStrict(statements: readonly AnyNode[]): boolean {
  return statements.some((node) => node.type === "ExpressionStatement" && node.directive === "use strict");
}
