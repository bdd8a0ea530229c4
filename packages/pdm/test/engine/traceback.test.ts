import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { run } from "./client.js";

type Row = readonly [promise: string, commands: readonly string[], printed: string];

const ROWS: readonly Row[] = [
  [
    "an error shows name, message and the command's frames",
    ["throw new RangeError('far')"],
    "Uncaught RangeError: far\n    at <repl:1>:1:7",
  ],
  [
    "frames say which command, line and column",
    ["function inner() {\n  throw new Error('x')\n}", "  inner()"],
    "Uncaught Error: x\n    at inner (<repl:1>:2:9)\n    at <repl:2>:1:3",
  ],
  [
    "columns are those of what was typed, behind rewritten calls and declarations too",
    ["function f() { return 1 } let a = f(); class B {} f(f()); null.x"],
    "Uncaught TypeError: Cannot read properties of null (reading 'x')\n    at <repl:1>:1:64",
  ],
  [
    "columns in functions stay right for later commands",
    ["function f(n) { if (n === 0) throw new Error('x'); return 1 + f(n - 1) }", "f(1)"],
    "Uncaught Error: x\n    at f (<repl:1>:1:36)\n    at f (<repl:1>:1:63)\n    at <repl:2>:1:1",
  ],
  [
    "frames of what was called stay",
    ["[1].map(() => JSON.parse(undefined))"],
    'Uncaught SyntaxError: "undefined" is not valid JSON\n    at JSON.parse (<anonymous>)\n    at <repl:1>:1:20\n    at Array.map (<anonymous>)\n    at <repl:1>:1:5',
  ],
  [
    "frames after an await are the command's too",
    ["async function f() { await 1; throw new Error('x') }", "await f()"],
    "Uncaught Error: x\n    at f (<repl:1>:1:37)",
  ],
  [
    "own properties and the cause are shown",
    ["throw Object.assign(new Error('x', { cause: new Error('y') }), { code: 'E_X' })"],
    "Uncaught Error: x\n    at <repl:1>:1:21 {\n  code: 'E_X',\n  [cause]: Error: y\n      at <repl:1>:1:45\n}",
  ],
  [
    "the errors of an AggregateError are shown",
    ["throw new AggregateError([new Error('a'), new Error('b')], 'many')"],
    "Uncaught AggregateError: many\n    at <repl:1>:1:7 {\n  [errors]: [\n    Error: a\n        at <repl:1>:1:27,\n    Error: b\n        at <repl:1>:1:43\n  ]\n}",
  ],
  [
    "a DOMException shows its name",
    ["AbortSignal.abort().throwIfAborted()"],
    "Uncaught DOMException [AbortError]: This operation was aborted\n    at <repl:1>:1:13",
  ],
  [
    "what is no function is named as typed",
    ["let a = 1", "a()"],
    "Uncaught TypeError: a is not a function\n    at <repl:2>:1:1",
  ],
  [
    "a value that a pattern cannot take apart is named, or said to have no name",
    ["const f = () => undefined", "const { a } = f()", "{ const { a } = f() }"],
    "Uncaught TypeError: Cannot destructure property 'a' of '(intermediate value)' as it is undefined.\n    at <repl:3>:1:11",
  ],
  [
    "the result of a call is named as typed",
    ["const f = () => 1", "f().a().b()"],
    "Uncaught TypeError: f(...).a is not a function\n    at <repl:2>:1:5",
  ],
  [
    "columns are right behind and within calls that are statements",
    ["const f = (a) => a", "f(1); f(f(2)); for (;;) f(f(null).x)"],
    "Uncaught TypeError: Cannot read properties of null (reading 'x')\n    at <repl:2>:1:34",
  ],
  [
    "text given to eval says where that was",
    ["let a = 1\n  eval('null.x')"],
    "Uncaught TypeError: Cannot read properties of null (reading 'x')\n    at eval (eval at <anonymous> (<repl:1>:2:3), <anonymous>:1:6)\n    at <repl:1>:2:3",
  ],
  [
    "an error that has a name of its own begins as others do",
    ["throw Object.assign(new Error('x'), { name: 'OutOfStock', stack: 'OutOfStock: x' })"],
    "Uncaught [OutOfStock: x]",
  ],
  ["a number can be thrown", ["throw 5"], "Uncaught 5"],
  ["null can be thrown", ["throw null"], "Uncaught null"],
  ["a string can be thrown", ["throw 'x'"], "Uncaught 'x'"],
  ["an object can be thrown", ["throw { a: 1 }"], "Uncaught { a: 1 }"],
  ["a rejection is shown like a throw", ["await Promise.reject(5)"], "Uncaught 5"],
  [
    "a revoked proxy can be thrown",
    ["const r = Proxy.revocable({}, {}); r.revoke(); throw r.proxy"],
    "Uncaught <Revoked Proxy>",
  ],
  [
    "an error that cannot be inspected is still told",
    ["throw Object.assign(new Error('x'), { [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } })"],
    "Uncaught Error: x (its inspection threw)",
  ],
  [
    "what cannot even become a string is told",
    ["throw { [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 }, toString() { throw 2 } }"],
    "Uncaught object that cannot be shown (its inspection threw)",
  ],
  [
    "blank lines at the end are left out",
    ["throw { [Symbol.for('nodejs.util.inspect.custom')]: () => 'a\\n\\n' }"],
    "Uncaught a",
  ],
  [
    "a value whose inspection throws is the command's error",
    ["({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('x') } })"],
    "Uncaught Error: x\n    at [nodejs.util.inspect.custom] (<repl:1>:1:57)",
  ],
  [
    "echo of a value whose inspection throws can be caught",
    [
      "try { echo({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('x') } }) } catch (e) { echo(e.message) }",
    ],
    "'x'",
  ],
  [
    "echo of a value whose inspection throws has the command's frames",
    ["echo({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('x') } })"],
    "Uncaught Error: x\n    at [nodejs.util.inspect.custom] (<repl:1>:1:61)\n    at <repl:1>:1:1",
  ],
  ["an error that is shown has the command's frames only", ["new Error('x')"], "Error: x\n    at <repl:1>:1:1"],
  [
    "an exhausted stack is an error like others",
    ["(function f() { f() })()"],
    `Uncaught RangeError: Maximum call stack size exceeded\n    at f (<repl:1>:1:12)${"\n    at f (<repl:1>:1:17)".repeat(9)}`,
  ],
];

const SYNTAX_ERRORS: readonly Row[] = [
  [
    "a syntax error shows the line and the place",
    ["let a = 1\nlet b = ;"],
    "Uncaught SyntaxError: Unexpected token\n    let b = ;\n            ^\n    at <repl:1>:2:9",
  ],
  [
    "tabs before the place are kept",
    ["\tlet b = ;"],
    "Uncaught SyntaxError: Unexpected token\n    \tlet b = ;\n    \t        ^\n    at <repl:1>:1:10",
  ],
  [
    "of a long line the place is shown",
    [`${"x".repeat(100)} = ;`],
    `Uncaught SyntaxError: Unexpected token\n    ${"x".repeat(34)} = ;\n    ${" ".repeat(37)}^\n    at <repl:1>:1:104`,
  ],
  [
    "text that closes the wrapping is a syntax error",
    ["}) ; ("],
    "Uncaught SyntaxError: Unexpected token\n    }) ; (\n    ^\n    at <repl:1>:1:1",
  ],
  [
    "of a wrong object literal the place in it is shown",
    ["{a: 1, b: 2, c: }"],
    "Uncaught SyntaxError: Unexpected token\n    {a: 1, b: 2, c: }\n                    ^\n    at <repl:1>:1:17",
  ],
  [
    "return is an error",
    ["return 1"],
    "Uncaught SyntaxError: 'return' outside of function\n    return 1\n    ^\n    at <repl:1>:1:1",
  ],
  [
    "new.target is an error",
    ["new.target"],
    "Uncaught SyntaxError: 'new.target' can only be used in functions and class static block\n    new.target\n    ^\n    at <repl:1>:1:1",
  ],
  [
    "super is an error",
    ["super.a"],
    "Uncaught SyntaxError: 'super' keyword outside a method\n    super.a\n    ^\n    at <repl:1>:1:1",
  ],
  [
    "export is an error",
    ["export const a = 1"],
    "Uncaught SyntaxError: A command cannot export; leave out export\n    export const a = 1\n    ^\n    at <repl:1>:1:1",
  ],
  [
    "a value for a for-in variable is an error",
    ["for (var a = 1 in {});"],
    "Uncaught SyntaxError: The variable of a for-in loop cannot have an initial value\n    for (var a = 1 in {});\n                 ^\n    at <repl:1>:1:14",
  ],
  [
    "too much nesting is an error",
    ["[".repeat(90_000)],
    `Uncaught SyntaxError: The command is nested too deeply\n    ${"[".repeat(76)}`,
  ],
];

describe("a traceback", () => {
  for (const [promise, commands, printed] of ROWS) {
    it(promise, async () => assert.equal(await run(...commands), printed));
  }

  it("shows a stored error of the daemon with the stack that it has", async () => {
    const { stack = "" } = Object.assign(globalThis, { lastError: new Error("earlier") }).lastError;
    const own = stack.split("\n").filter((line) => !line.includes("node:internal"));
    try {
      assert.equal(await run("throw lastError"), `Uncaught ${own.join("\n")}`);
    } finally {
      Reflect.deleteProperty(globalThis, "lastError");
    }
  });

  it("calls no trap of a proxy", async () => {
    const printed = await run(
      "throw new Proxy({ a: 1 }, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })",
    );
    // Node 26 says that it is a proxy.
    assert.match(printed, /^Uncaught (?:Proxy\()?\{ a: 1 \}\)?$/);
  });

  it("is there even when the daemon's own formatting of stacks throws", async () => {
    const printed = await run(
      "const { prepareStackTrace } = Error; Error.prepareStackTrace = () => { throw 1 }",
      "try { null.x } finally { queueMicrotask(() => { Error.prepareStackTrace = prepareStackTrace }) }",
    );
    assert.match(printed, /TypeError: Cannot read properties of null/);
  });
});

describe("the traceback of a syntax error", () => {
  for (const [promise, commands, printed] of SYNTAX_ERRORS) {
    it(promise, async () => {
      const traceback = await run(...commands);
      assert.equal(
        printed.endsWith("^") || /:\d+$/.test(printed) ? traceback : traceback.slice(0, printed.length),
        printed,
      );
    });
  }
});
