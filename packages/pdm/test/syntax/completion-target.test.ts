import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findCompletionTarget } from "../../src/syntax/completion-target.js";
import type { Path } from "../../src/syntax/completion-target.js";

/** The text with `|` at the cursor, and in short what is being typed there. */
const ROWS: readonly (readonly [text: string, target: string])[] = [
  ["|", "name ''"],
  ["ab|c + 1", "name 'ab' of 'abc'"],
  ["a + |", "name ''"],
  ["f(a, b|)", "name 'b'"],
  ["if (a) re|", "name 're'"],
  ["`${ab|", "name 'ab'"],
  ["`${a}` + b|", "name 'b'"],
  ["a = /x/ + b|", "name 'b'"],
  ["let abc = 1; function fed() {}; x|", "name 'x' declared abc,fed"],
  ["a.|", "member '' of a"],
  ["a.b|", "member 'b' of a"],
  ["a.b.c|d", "member 'c' of a.b in 'cd'"],
  ["a?.b?.c|", "member 'c' of a.b"],
  ["a.default.c|", "member 'c' of a.default"],
  ["a\n  .b\n  // c\n  .d|", "member 'd' of a.b"],
  ["x = a['b c'].d|", "member 'd' of a.b c"],
  ["a[0].|", "member '' of a.0"],
  ["a?.[0].|", "member '' of a.0"],
  ["a[0][1].|", "member '' of a.0.1"],
  ["a[b].|", "none"],
  ["f().|", "none"],
  ["(a.b).c|", "member 'c' of a.b"],
  ["(await a).b|", "none"],
  ["(a, b).c|", "none"],
  ["this.a|", "member 'a' of this"],
  ["[1, 2].|", "member '' of object"],
  ["f([1, 2].m|", "member 'm' of object"],
  ["'a'.|", "member '' of string"],
  ["`a`.|", "member '' of string"],
  ["`${a}`.|", "member '' of string"],
  ["5..|", "member '' of number"],
  ["5|", "none"],
  ["/a/.|", "member '' of object"],
  ["/a/g|", "none"],
  ["({}).|", "none"],
  ["{}.|", "none"],
  ["require('fs').|", "member '' of module fs"],
  ["require(a).|", "none"],
  ["a.require('fs').|", "none"],
  ["new Map().|", "member '' of new Map"],
  ["new a.B(1, (2)).c.|", "member '' of new a.B.c"],
  ["await a.b|", "member 'b' of a"],
  ["!a.b|", "member 'b' of a"],
  ["a.#b|", "none"],
  ["let a|", "name 'a'"],
  ["const a|", "none"],
  ["function a|", "none"],
  ["// a|", "none"],
  ["a // b|", "none"],
  ["/* a|", "none"],
  ["/* a */ b|", "name 'b'"],
  ["a /* b */|", "name ''"],
  ["#!/bin/node|", "none"],
  ["'a\\'b|", "none"],
  ["'a|", "string 'a'"],
  ["f('a|b')", "string 'a' of 'ab'"],
  ["f('a|b, c", "string 'a'"],
  ["`a|", "none"],
  ["a['b|", "string 'b' in a"],
  ['a.c["b|"]', "string 'b' in a.c"],
  ["['b|", "string 'b'"],
  ["import('a|", "module 'a'"],
  ["await import('./a|.js')", "module './a' of './a.js'"],
  ["require('a|", "module 'a'"],
  ["require.resolve('a|", "module 'a'"],
  ["a.require('b|", "string 'b'"],
  ["import 'a|", "module 'a'"],
  ["import a from 'b|", "module 'b'"],
  ['import { a } from "b|', "module 'b'"],
  ["import * as a from 'b|", "module 'b'"],
  ["Array.from('b|", "string 'b'"],
  ["1 +* a.b|", "member 'b' of a"],
  ["let x: number = a.b|", "member 'b' of a"],
  ["))) a.b|", "member 'b' of a"],
  ["@@ a.b|", "none"],
];

function show(text: string): string {
  const cursor = text.indexOf("|");
  const source = text.replace("|", "");
  const target = findCompletionTarget(source, cursor);
  if (target.kind === "none") return "none";
  const whole = source.slice(target.from, target.to);
  assert.equal(source.slice(target.from, cursor), target.prefix);
  const grows = whole === target.prefix;
  if (target.kind === "name") {
    const declared = target.declared.length === 0 ? "" : ` declared ${target.declared.join()}`;
    return `name '${target.prefix}'${grows ? "" : ` of '${whole}'`}${declared}`;
  }
  if (target.kind === "member") {
    return `member '${target.prefix}' of ${showPath(target.of)}${grows ? "" : ` in '${whole}'`}`;
  }
  const place = target.of === undefined ? "" : ` in ${showPath(target.of)}`;
  return `${target.isModule ? "module" : "string"} '${target.prefix}'${grows ? "" : ` of '${whole}'`}${place}`;
}

function showPath({ root, steps }: Path): string {
  const start = {
    name: () => (root.kind === "name" ? root.name : ""),
    this: () => "this",
    module: () => (root.kind === "module" ? `module ${root.specifier}` : ""),
    instance: () => (root.kind === "instance" ? `new ${showPath(root.of)}` : ""),
    literal: () => (root.kind === "literal" ? typeof root.value : ""),
  }[root.kind]();
  return [start, ...steps].join(".");
}

describe("what is being typed", () => {
  for (const [text, target] of ROWS) {
    it(`in ${JSON.stringify(text)} is ${target}`, () => assert.equal(show(text), target));
  }

  it("is found at the end of a long text", () => {
    const source = `${"a = 1\n".repeat(50_000)}b.c`;
    assert.equal(show(`${source}|`), "member 'c' of b");
  });

  it("is not looked for in a line that is longer than what is read, whatever follows it", () => {
    const line = `${"a + ".repeat(16_384)}b.c`;
    assert.equal(show(`${line}|`), "none");
    assert.equal(show(`${line}|\nd`), "none");
    assert.equal(show(`${line.slice(3)}|\nd`), "member 'c' of b");
    assert.equal(show(`${line}\nd.e|`), "member 'e' of d");
  });

  for (const [what, text] of [
    ["30,000 names", "a.".repeat(30_000)],
    ["20,000 brackets", `a${"[0]".repeat(20_000)}.`],
    ["30,000 calls", `new a${"()".repeat(30_000)}.`],
    ["30,000 parentheses", `${"(".repeat(30_000)}a${")".repeat(30_000)}.`],
  ] as const) {
    it(`is not looked for in a path of ${what}`, () => assert.equal(show(`${text}|`), "none"));
  }

  it("is found behind any number of comments, in a time that grows with their length", () => {
    const slashes = "//".repeat(30_000);
    assert.equal(show(`${slashes}\na.b|`), "member 'b' of a");
    assert.equal(show(`a ${slashes}\n|`), "name ''");
    assert.equal(show(`a ${slashes}\n${slashes}|`), "none");
  });
});
