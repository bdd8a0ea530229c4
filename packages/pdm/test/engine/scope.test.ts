import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client, run } from "./client.js";

/** A promise, the commands of one client, and what the last of them prints. */
type Row = readonly [promise: string, commands: readonly string[], printed: string];

const VALUES: readonly Row[] = [
  ["an expression shows its value", ["1 + 1"], "2"],
  ["undefined is shown too", ["void 0"], "undefined"],
  ["an expression may end with a semicolon and a comment", ["1 + 1; // two"], "2"],
  ["an expression may begin with comments and span lines", ["// one\n/* two */ [\n1,\n2\n]"], "[ 1, 2 ]"],
  ["an object literal is an object", ["{a: 1}"], "{ a: 1 }"],
  ["an object literal with a semicolon is an object", ["{a: 1, b: {}};"], "{ a: 1, b: {} }"],
  ["a block is a block", ["{ let a = 1; echo(a) }"], "1"],
  ["a string that looks like a directive is a string", ['"use strict"'], "'use strict'"],
  ["statements print nothing by themselves, as in the original", ["1; 2"], ""],
  ["a declaration prints nothing", ["let a = 1"], ""],
  ["an empty command prints nothing", [""], ""],
  ["a comment prints nothing", ["// nothing"], ""],
  ["echo prints each of its values", ["for (const a of [1]) echo(a, 'b', {c: [2]})"], "1\n'b'\n{ c: [ 2 ] }"],
  ["a first line for a shell is skipped", ["#!/usr/bin/env node\n5"], "5"],
  ["an HTML-like comment is a comment, as in scripts", ["1 <!-- 2"], "1"],
  ["await shows what the promise became", ["await Promise.resolve({ a: 1 })"], "{ a: 1 }"],
  ["a promise within an awaiting expression is not awaited", ["[await 1, new Promise(() => {})][1]", "1"], "1"],
  ["something with a then is shown, not called", ["await 1, { then() { throw 1 } }"], "{ then: [Function: then] }"],
  ["this is the global object", ["this === globalThis"], "true"],
  ["nothing of the wrapping is reachable as arguments", ["typeof arguments"], "'undefined'"],
  [
    "arguments is unknown at the top level",
    ["arguments"],
    "Uncaught ReferenceError: arguments is not defined\n    at <repl:1>:1:1",
  ],
  ["arguments may be a variable", ["var arguments = 1; arguments++", "arguments"], "2"],
];

const VARIABLES: readonly Row[] = [
  ["let, const and var last", ["let a = 1; const b = 2; var c = 3", "[a, b, c]"], "[ 1, 2, 3 ]"],
  ["let without a value is undefined, also the second time", ["let a = 1", "let a", "a"], "undefined"],
  ["var without a value keeps the old one", ["var a = 1", "var a", "a"], "1"],
  ["var without a value is undefined at first", ["var a", "a"], "undefined"],
  ["let and const may be declared again", ["let a = 1", "const a = 2", "let a = 3", "a = 4", "a"], "4"],
  ["a declaration may use what its name meant before", ["let a = 1", "let a = a + 1", "a"], "2"],
  [
    "patterns declare",
    ["const { a, b: [c = 3, ...d], ...e } = { a: 1, b: [, 5], f: 6 }", "[a, c, d, e]"],
    "[ 1, 3, [ 5 ], { f: 6 } ]",
  ],
  [
    "several declarators may mix patterns and names",
    ["let a = 1, { b } = { b: 2 }, c", "[a, b, c]"],
    "[ 1, 2, undefined ]",
  ],
  [
    "a declaration needs no semicolon before the next line",
    ["a = 1\nlet [b] = [2]\nvar { c } = { c: 3 }\n;[a, b, c]", "[a, b, c]"],
    "[ 1, 2, 3 ]",
  ],
  [
    "a call needs no semicolon before it",
    ["let n = 0; const f = () => { n++ }", "a = 1\nf()\nif (a) b = a\nf()\nlet c = b\nf()", "[a, b, n]"],
    "[ 1, 1, 3 ]",
  ],
  [
    "a call is not taken apart where it may end early, and needs no semicolon around it",
    [
      "let n = 0, none; const f = () => ({ g: () => n++ })",
      "f()\nf?.().g()\nnone?.a().b()\nnone?.(f().g())\nf`x`\n+f().g()\nn++",
      "n",
    ],
    "3",
  ],
  [
    "a const is constant",
    ["const a = 1", "a = 2"],
    "Uncaught TypeError: Assignment to constant variable 'a'\n    at <repl:2>:1:3",
  ],
  [
    "a const is constant within its own command",
    ["const a = 1; a = 2"],
    "Uncaught TypeError: Assignment to constant variable 'a'\n    at <repl:1>:1:16",
  ],
  [
    "a const is constant for older functions",
    ["function f() { a = 2 }", "const a = 1", "try { f() } catch {}", "a"],
    "1",
  ],
  ["a const is constant in a pattern", ["const a = 1", "try { [a] = [2] } catch {}", "a"], "1"],
  ["a const may become a var", ["const a = 1", "var a = 2", "a = 3", "a"], "3"],
  ["a const that failed can be declared again", ["const a = fail()", "const a = 1", "a"], "1"],
  [
    "a name whose declaration failed is unknown",
    ["const a = fail()", "a"],
    "Uncaught ReferenceError: a is not defined\n    at <repl:2>:1:1",
  ],
  ["a name whose declaration failed keeps its value", ["let a = 1", "const a = fail()", "a = a + 1"], "2"],
  ["an assignment that was never declared makes a variable", ["a = 1", "typeof globalThis.a + a"], "'undefined1'"],
  ["an assignment in a function makes a variable", ["(() => { a = 1 })()", "a"], "1"],
  [
    "patterns and loops assign to unknown names",
    ["[a, { b }] = [1, { b: 2 }]; for (c of [3]);", "[a, b, c]"],
    "[ 1, 2, 3 ]",
  ],
  ["an unknown name is a ReferenceError", ["a"], "Uncaught ReferenceError: a is not defined\n    at <repl:1>:1:1"],
  [
    "an unknown name is one too where it is assigned later",
    ["a; a = 1"],
    "Uncaught ReferenceError: a is not defined\n    at <repl:1>:1:1",
  ],
  ["typeof of an unknown name is undefined", ["typeof a"], "'undefined'"],
  ["typeof of an unknown name is undefined where it is assigned", ["typeof a === 'undefined' ? (a = 1) : 2", "a"], "1"],
  [
    "a name is not usable before its declaration",
    ["a; let a = 1"],
    "Uncaught ReferenceError: Cannot access 'a' before initialization\n    at <repl:1>:1:1",
  ],
  [
    "strict code makes no variables by assignment",
    ['"use strict"; a = 1'],
    "Uncaught ReferenceError: a is not defined\n    at <repl:1>:1:17",
  ],
  [
    "strict code declares",
    ['"use strict"; var a = 1; function f() { return this } class B {}', "[a, f(), typeof B]"],
    "[ 1, undefined, 'function' ]",
  ],
  ["delete forgets a variable", ["let a = 1", "delete a", "typeof a"], "'undefined'"],
  ["functions see a variable change", ["let a = 1; const f = () => a", "a = 2", "f()"], "2"],
  ["functions see a variable declared anew", ["let a = 1; const f = () => a", "let a = 3", "f()"], "3"],
  ["functions see a variable that did not exist", ["function f() { return a }", "const a = 4", "f()"], "4"],
  ["closures see variables of blocks", ["{ let a = 1; function f() { return a++ } }", "f(); f()", "f()"], "3"],
  [
    "names of Object.prototype are names",
    ["var constructor = 1, __proto__ = 2, hasOwnProperty = 3", "[constructor, __proto__, hasOwnProperty]"],
    "[ 1, 2, 3 ]",
  ],
  [
    "names of Object.prototype that nobody declared are the global ones",
    ["constructor === globalThis.constructor"],
    "true",
  ],
  ["names with escapes and beyond ASCII work", ["let \\u0061b = 1, ö = 2", "[ab, ö]"], "[ 1, 2 ]"],
  [
    "names that the wrapping uses are free",
    ["let $scope = 1, $import = 2", "[$scope, $import, typeof (await import('node:fs')).readSync]"],
    "[ 1, 2, 'function' ]",
  ],
  [
    "a global is assigned to, not shadowed",
    [
      "globalThis.testGlobal = 1",
      "testGlobal = 2",
      "const seen = globalThis.testGlobal; delete globalThis.testGlobal",
      "seen",
    ],
    "2",
  ],
  ["a global can be shadowed", ["const fetch = 1", "[fetch, typeof globalThis.fetch]"], "[ 1, 'function' ]"],
  [
    "a global can be wrapped under its own name",
    ["const atob = ((plain) => (text) => plain(text) + '!')(atob)", "atob('YQ==')"],
    "'a!'",
  ],
  ["a shadowed undefined does no harm", ["let undefined = 1; let a", "a === void 0"], "true"],
  ["variables of eval last for its command", ["let a = 1; eval('var b = a + 1; echo(b)')", "typeof b"], "'undefined'"],
];

const DECLARATIONS: readonly Row[] = [
  ["a function can be called from then on", ["function f(a) { return a + 1 }", "f(1)"], "2"],
  ["a function can be called before its place", ["echo(f()); function f() { return 1 }"], "1"],
  ["a function has its name", ["function f() {}", "f"], "[Function: f]"],
  [
    "async and generator functions stay what they are",
    ["async function f() {} function* g() {} async function* h() {}", "[f, g, h]"],
    "[\n  [AsyncFunction: f],\n  [GeneratorFunction: g],\n  [AsyncGeneratorFunction: h]\n]",
  ],
  [
    "a function calls what its name means now",
    ["function f(n) { return n === 0 ? 'old' : f(n - 1) }", "const old = f; f = () => 'new'", "old(1)"],
    "'new'",
  ],
  [
    "a function called plainly has no this of ours",
    [
      "function f() { return this === globalThis } function g() { 'use strict'; return this }",
      "[f(), g(), f`x`, f?.()]",
    ],
    "[ true, undefined, true, true ]",
  ],
  [
    "a function ends the statement before it",
    ["let a = 1; const inc = () => a++", "inc()\nfunction f() {}\n(inc())", "a"],
    "3",
  ],
  ["of two functions the later counts", ["function f() { return 1 } function f() { return 2 }", "f()"], "2"],
  ["a function can be named like a keyword of the past", ["function async() { return 1 }", "async()"], "1"],
  [
    "a class lasts",
    ["class A { static #a = 1; static read() { return A.#a } static { this.b = 2 } }", "[A.read(), A.b, new A()]"],
    "[ 1, 2, A {} ]",
  ],
  ["a class can be declared again", ["class A {}", "class A { a = 1 }", "new A()"], "A { a: 1 }"],
  [
    "an anonymous function or class takes the variable's name",
    ["const f = () => {}, A = class {}", "[f, A]"],
    "[ [Function: f], [class A] ]",
  ],
  ["an anonymous function is an expression", ["function () {}"], "[Function (anonymous)]"],
  [
    "var in blocks and loops lasts",
    ["for (var i = 0, n = 3; i < n; i++) { var last = i } if (0) var no = 1; else var yes = 2", "[i, last, no, yes]"],
    "[ 3, 2, undefined, 2 ]",
  ],
  [
    "var in for-of and for-in lasts",
    [
      "for (var a of [1, 2]); for (var [b] of [[3]]); for (var c in { d: 1 }); for (var async of [4]);",
      "[a, b, c, async]",
    ],
    "[ 2, 3, 'd', 4 ]",
  ],
  [
    "var in switch, try and labels lasts",
    ["switch (1) { case 1: var a = 1 } try { throw 2 } catch (e) { var b = e } label: var c = 3", "[a, b, c]"],
    "[ 1, 2, 3 ]",
  ],
  [
    "let in blocks and loops stays there",
    ["for (let i = 0; i < 1; i++) { const c = 1 } { class B {} }", "[typeof i, typeof c, typeof B]"],
    "[ 'undefined', 'undefined', 'undefined' ]",
  ],
  [
    "var in functions and static blocks stays there",
    ["function f() { var a = 1 } class A { static { var b = 1 } } f()", "[typeof a, typeof b]"],
    "[ 'undefined', 'undefined' ]",
  ],
  [
    "a function in a block lasts, as in sloppy scripts",
    ["if (1) { function f() { return 1 } } switch (1) { case 1: function g() { return 2 } }", "[f(), g()]"],
    "[ 1, 2 ]",
  ],
  [
    "a function in a block stays there in strict code",
    ['"use strict"; { function f() {} }', "typeof f"],
    "'undefined'",
  ],
  ["a function in a block leaves a let of its name alone", ["let f = 1; { function f() {} }", "f"], "1"],
  [
    "top-level await declares",
    ["const { a } = await Promise.resolve({ a: 1 }); let b = await 2", "[a, b]"],
    "[ 1, 2 ]",
  ],
  [
    "top-level await works in statements",
    ["for await (var a of [1, 2]); if (await true) { var b = await 3 }", "[a, b]"],
    "[ 2, 3 ]",
  ],
  [
    "for await goes over what is called by its name, awaited, made, or in brackets",
    [
      "async function* count(n) { yield n; yield n + 1 }; const counter = { count }; class Counter { [Symbol.asyncIterator]() { return count(5) } }",
      "for await (const n of count(1)) echo(n); for await (const n of (count(3))) echo(n); for await (const n of await counter.count(4)) echo(n); for await (const n of new Counter()) echo(n)",
    ],
    "1\n2\n3\n4\n4\n5\n5\n6",
  ],
  [
    "for await over what cannot be gone over says so",
    ["for await (const a of 5);"],
    "Uncaught TypeError: what for await goes over is not async iterable\n    at <repl:1>:1:23",
  ],
  [
    "await takes no notice of a then that was put on a promise",
    ["const p = Promise.resolve(1); p.then = () => { throw 7 }", "await p"],
    "1",
  ],
  [
    "functions are callable before an awaiting command's end",
    ["await f(); async function f() { echo('called') }"],
    "'called'",
  ],
];

describe("ReplScope", () => {
  for (const [promise, commands, printed] of [...VALUES, ...VARIABLES, ...DECLARATIONS]) {
    it(promise, async () => assert.equal(await run(...commands), printed));
  }

  it("answers at once what runs no code that somebody wrote, and else in a turn of its own", () => {
    const { scope } = new Client();
    assert.deepEqual(scope.evaluate("1 + 1"), { kind: "value", text: "2", value: 2, isCut: false });
    assert.deepEqual(scope.evaluate("function f() {}"), { kind: "done" });
    for (const source of ["f()", "throw 1", "process", "`${{}}`", "for (;false;);", "class { static {} }", "await 1"]) {
      assert.ok(new Client().scope.evaluate(source) instanceof Promise, source);
    }
  });

  const lastValues: readonly (readonly [source: string, shown: string | undefined])[] = [
    ["let a = 1; a + 1", "2"],
    ["class A { x = 1 }; new A", "A { x: 1 }"],
    ["let f = () => 5\nf()", "5"],
    ["let f = () => 5; (f)();", "5"],
    ["let a = 3\n;[a, a] // both\n;", "[ 3, 3 ]"],
    ["1; ({ a: 1 }) /* it */", "{ a: 1 }"],
    ["function g() { return 7 } g(), g() + 1", "8"],
    ["const a = await Promise.resolve(4); a", "4"],
    ["const a = 1; await Promise.resolve(6)", "6"],
    ["for await (const b of [1, 2]) var c = b; c", "2"],
    ["'use strict'; var e = 2; e", "2"],
    ["import os from 'node:os'; typeof os.platform", "'function'"],
    ["1; let a = 2", undefined],
    ["5; function g() {}", undefined],
    ["if (true) 5", undefined],
    ["1; void 0", undefined],
    ["'use strict'; 'also'", undefined],
  ];
  for (const [source, shown] of lastValues) {
    const has = shown === undefined ? "has no value" : `has the value ${shown}`;
    it(`shows the last of several statements where that is asked for: ${source} ${has}`, async () => {
      const outcome = await new Client().evaluate(source, { showsLast: true });
      assert.deepEqual(
        [outcome.kind, "text" in outcome ? outcome.text : undefined],
        [shown === undefined ? "done" : "value", shown],
      );
    });
  }

  it("says whether the command threw, and what", async () => {
    const client = new Client();
    assert.deepEqual(await client.evaluate("await 1"), { kind: "value", text: "1", value: 1, isCut: false });
    for (const source of ["throw 7", "await Promise.reject(7)"]) {
      assert.deepEqual(await client.evaluate(source), { kind: "threw", text: "Uncaught 7", error: 7 });
    }
  });

  it("keeps clients apart, also their functions' variables", async () => {
    const [one, two] = [new Client(), new Client()];
    await one.run("let a = 1; function readA() { return a }; b = 2");
    assert.equal(await two.run("[typeof a, typeof b, typeof readA]"), "[ 'undefined', 'undefined', 'undefined' ]");
    await two.run("let a = 'other'");
    assert.equal(await one.run("readA()"), "1");
  });

  it("leaves no key on the global object", async () => {
    const before = Reflect.ownKeys(globalThis);
    await run(
      "var a = 1; let b; function c() {} class D {} e = 1; for (f of []); g ??= 1; { function h() {} }",
      "a = b = c = 1; i++",
    );
    assert.deepEqual(Reflect.ownKeys(globalThis), before);
  });

  it("lets a daemon's callback print through the client's echo", async () => {
    const client = new Client();
    await client.run("const later = (value) => echo(value)", "process.once('test:later', later)");
    process.emit("test:later" as never, "called" as never);
    assert.equal(client.takePrinted(), "'called'\n");
  });

  it("keeps variables and commands working after every kind of failure", async () => {
    const client = new Client();
    for (const failing of [
      "throw null",
      "let a = (",
      "null.x",
      "await Promise.reject()",
      "(".repeat(100_000),
      "(function f() { f() })()",
    ]) {
      assert.equal((await client.evaluate(failing)).kind, "threw", failing.slice(0, 40));
    }
    assert.equal(await client.run("let a = 1", "a"), "1");
  });
});
