import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { formatValue } from "../../src/engine/value-text.js";

/** An object of `breadth` properties a level. */
function tree(breadth: number, depth: number): unknown {
  if (depth === 0) return "leaf";
  return Object.fromEntries(Array.from({ length: breadth }, (_, index) => [`key${index}`, tree(breadth, depth - 1)]));
}

/** What is shown of a value may have this many characters. */
const ENOUGH = 300_000;

describe("a value's text", () => {
  it("shows a small structure whole, deeper than util.inspect does", () => {
    assert.equal(
      formatValue({ a: { b: { c: { d: { e: [1] } } } } }).replaceAll(/\s+/g, " "),
      "{ a: { b: { c: { d: { e: [ 1 ] } } } } }",
    );
  });

  it("shows the outer levels of a big structure", () => {
    assert.match(formatValue(tree(20, 4)), /^\{\n {2}key0: \{\n {4}key0: \[Object\],/);
  });

  it("shows the first properties of an object that has many, and says how many it left out", () => {
    const text = formatValue(Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, index])));
    assert.match(text, /key999: 999\n\}\n… 4000 more properties$/);
    assert.doesNotMatch(text, /key1000/);
  });

  const shared = Array.from({ length: 8 }).reduce<unknown>((inner) => Array.from({ length: 100 }, () => inner), "x");
  const huge: readonly (readonly [name: string, value: unknown])[] = [
    ["a string", "x".repeat(50_000_000)],
    ["strings", Array.from({ length: 100 }, () => "x".repeat(1_000_000))],
    ["nested properties", tree(30, 4)],
    ["nested arrays of one shared array", shared],
    ["a map of objects", new Map(Array.from({ length: 10_000 }, (_, index) => [index, tree(10, 3)]))],
    [
      "a set of arrays",
      new Set(Array.from({ length: 10_000 }, (_, index) => Array.from({ length: 100 }, () => [index]))),
    ],
    ["a typed array", new Float64Array(1_000_000)],
    ["a proxy of all that", new Proxy({ shared }, {})],
    ["an error's message", new Error("x".repeat(50_000_000))],
    ["the global object", globalThis],
    ["the process", process],
  ];
  for (const [name, value] of huge) {
    it(`stays small for ${name}, however big`, () => {
      const text = formatValue(value);
      assert.ok(text.length < (value instanceof Error ? 1_000_010 : ENOUGH), `${text.length} characters`);
    });
  }

  it("runs no getter and no trap to find out how big a value is", () => {
    const fail = (): never => assert.fail("called");
    const proxy = new Proxy(
      { a: 1 },
      { get: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, getPrototypeOf: fail, has: fail },
    );
    const value = {
      proxy,
      get a() {
        return fail();
      },
    };
    // Node 26 says that it is a proxy.
    assert.match(formatValue(value), /^\{ proxy: (?:Proxy\()?\{ a: 1 \}\)?, a: \[Getter\] \}$/);
  });

  it("does not depend on the defaults that the daemon gave util.inspect", () => {
    const { colors, depth } = inspect.defaultOptions;
    inspect.defaultOptions.colors = true;
    inspect.defaultOptions.depth = 0;
    try {
      assert.equal(formatValue({ a: { b: 1 } }), "{ a: { b: 1 } }");
    } finally {
      Object.assign(inspect.defaultOptions, { colors, depth });
    }
  });
});
