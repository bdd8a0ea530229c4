import type {
  AnyNode,
  ForInStatement,
  ForOfStatement,
  Function as FunctionNode,
  FunctionDeclaration,
  Identifier,
  Node,
  Pattern,
  Program,
  VariableDeclaration,
} from "acorn";
import type { Command } from "./command-parser.js";

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
  readonly variables: VariableDeclaration[];
  /** Those of them that stand in the head of a loop: `for (HERE;;)` or `for (HERE of …)`. */
  readonly loopHeads: Map<AnyNode, "init" | "left">;
  /** Sloppy functions in blocks, which set a variable of the top level when their block runs. */
  readonly blockFunctions: BlockFunction[];
  /** What is called, or tags a template, by its bare name; but for `eval`. */
  readonly callees: Identifier[];
  /** Where expression statements begin. */
  readonly statementStarts: Set<number>;
  /** Offsets of `import` in `import(…)`. */
  readonly imports: number[];
  /** Has an `await` outside of functions. */
  isAsync: boolean;
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

interface Place {
  readonly node: AnyNode;
  readonly inFunction: boolean;
  readonly strict: boolean;
}

export function surveyCommand({ kind, tree }: Command): Survey {
  const strict = kind === "statements" && hasUseStrict(tree.body);
  const survey: Survey = {
    declarations: new Map(),
    assigned: new Set(),
    probed: new Set(),
    variables: [],
    loopHeads: new Map(),
    blockFunctions: [],
    callees: [],
    statementStarts: new Set(),
    imports: [],
    isAsync: false,
    strict,
  };
  if (kind === "statements") noteTopLevel(survey, tree);
  // A list instead of recursion, so that deep nesting cannot exhaust the stack.
  const places: Place[] = [{ node: tree, inFunction: false, strict }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
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

function enter({ node, inFunction, strict }: Place): Omit<Place, "node"> {
  if (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  ) {
    return { inFunction: true, strict: strict || isStrictFunction(node) };
  }
  if (node.type === "ClassDeclaration" || node.type === "ClassExpression") return { inFunction, strict: true };
  return { inFunction: inFunction || node.type === "StaticBlock", strict };
}

type Notes = {
  readonly [Type in AnyNode["type"]]?: (survey: Survey, node: Extract<AnyNode, { type: Type }>, place: Place) => void;
};

const NOTES: Notes = {
  VariableDeclaration(survey, node, { inFunction }) {
    if (inFunction) return;
    if (node.kind === "var") survey.variables.push(node);
    if (node.kind === "await using") survey.isAsync = true;
  },
  ForStatement({ loopHeads }, { init }) {
    if (init) loopHeads.set(init, "init");
  },
  ForInStatement: noteLoop,
  ForOfStatement(survey, node, place) {
    if (node.await && !place.inFunction) survey.isAsync = true;
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
  AwaitExpression(survey, _node, { inFunction }) {
    if (!inFunction) survey.isAsync = true;
  },
  AssignmentExpression(survey, { left }, place) {
    noteAssignment(survey, left, place);
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
  CallExpression({ callees }, { callee }) {
    // By any other name it is not the eval that sees the variables.
    if (callee.type === "Identifier" && callee.name !== "eval") callees.push(callee);
  },
  TaggedTemplateExpression({ callees }, { tag }) {
    if (tag.type === "Identifier") callees.push(tag);
  },
  ImportExpression({ imports }, { start }) {
    imports.push(start);
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
function noteTopLevel({ declarations, variables }: Survey, { body }: Program): void {
  for (const statement of body) {
    if (statement.type === "VariableDeclaration" && (statement.kind === "let" || statement.kind === "const")) {
      variables.push(statement);
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
