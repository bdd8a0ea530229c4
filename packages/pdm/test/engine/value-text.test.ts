import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect, stripVTControlCharacters } from "node:util";
import { formatValue as format } from "../../src/engine/value-text.js";
import { Client } from "./client.js";

function formatValue(value: unknown): string {
  return format(value).text;
}

/** An object of `breadth` properties a level. */
function tree(breadth: number, depth: number): unknown {
  if (depth === 0) return "leaf";
  return Object.fromEntries(Array.from({ length: breadth }, (_, index) => [`key${index}`, tree(breadth, depth - 1)]));
}

/** With another sign for ESC. */
function visible(text: string): string {
  return text.replaceAll("\u001b", "^");
}

function manyProperties(): object {
  return Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, index]));
}

/** Bytes that a value may be shown with, and the line that says what is missing. */
const ENOUGH = 65_536 + 100;

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
    ["an error's cause", new Error("x", { cause: tree(30, 4) })],
    ["the errors of an error", new AggregateError(Array.from({ length: 50 }, () => tree(10, 3)))],
    [
      "causes within each other",
      Array.from({ length: 1_000 }).reduce<unknown>((cause) => new Error("x", { cause }), 1),
    ],
    ["a name of a property", { ["x".repeat(1_000_000)]: 1 }],
    ["a symbol", Symbol("x".repeat(1_000_000))],
    ["a bigint", 10n ** 200_000n],
    ["an instance with many properties", Object.assign(new EventTarget(), manyProperties())],
    ["a function with many properties", Object.assign(() => 1, manyProperties())],
    ["an array with many properties", Object.assign([], manyProperties())],
    ["a proxy with many properties", new Proxy(manyProperties(), {})],
    ["an object without prototype", Object.assign(Object.create(null) as object, manyProperties())],
    ["an array with holes", Array(4_294_967_295)],
    ["the global object", globalThis],
    ["the process", process],
  ];
  for (const [name, value] of huge) {
    it(`stays small for ${name}, however big`, () => {
      const text = formatValue(value);
      assert.ok(Buffer.byteLength(text) < ENOUGH, `${text.length} characters`);
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

  it("tells whether something was left out", () => {
    const array = (length: number): number[] => Array.from({ length }, () => 0);
    const cut: readonly (readonly [value: unknown, isCut: boolean])[] = [
      [1, false],
      [{ a: { b: [1, "two"] } }, false],
      [array(100), false],
      [array(101), true],
      [new Map(array(100).map((_, index) => [index, 0])), false],
      [new Set(Array.from({ length: 101 }, (_, index) => index)), true],
      [new Uint8Array(100), false],
      [new Uint8Array(101), true],
      [new ArrayBuffer(101), true],
      ["x".repeat(1_000), false],
      ["x".repeat(100_000), true],
      [tree(1, 7), false],
      [tree(1, 9), true],
      [tree(20, 4), true],
      [new Error("x"), false],
      [new Proxy({ a: 1 }, {}), false],
      [new Proxy({ a: { b: { c: {} } } }, {}), true],
    ];
    for (const [value, isCut] of cut) assert.equal(format(value).isCut, isCut, format(value).text.slice(0, 100));
  });

  it("takes no more bytes than asked for, says so, and ends its colours", () => {
    const value = Array.from({ length: 100 }, (_, index) => `\u00e4\u{1f600}${index}`);
    for (let maxBytes = 50; maxBytes < 120; maxBytes += 1) {
      for (const colors of [false, true]) {
        const { text, isCut } = format(value, { maxBytes, colors });
        const [, shown = "", reset] = /^(.*?)((?:\^\[0m)?)\n\u2026 \d+ more characters$/su.exec(visible(text)) ?? [];
        assert.ok(isCut && reset !== undefined, visible(text));
        assert.equal(reset !== "", colors);
        assert.ok(Buffer.byteLength(shown) <= maxBytes);
        // Neither half a character nor half an escape sequence is left.
        assert.doesNotMatch(shown.replaceAll(/\^\[\d+m/g, ""), /[\^\p{Surrogate}]/u);
      }
    }
  });

  it("has colours and the width that were asked for", () => {
    assert.equal(format({ a: 1 }, { colors: true }).text, "{ a: \u001b[33m1\u001b[39m }");
    const words = { first: "some words", second: "other words" };
    assert.equal(format(words, { width: 120 }).text.includes("\n"), false);
    assert.equal(format(words, { width: 30 }).text.includes("\n"), true);
  });

  it("is the same with colours as without, the colours aside, also the stack of an error", async () => {
    const scope = new Client();
    await scope.run("function f() { return Object.assign(new Error('x', { cause: new Error('y') }), { a: 1 }) }");
    let error: unknown;
    Object.assign(globalThis, { takeError: (taken: unknown) => void (error = taken) });
    try {
      await scope.run("await null; takeError(f())", "takeError([1].map(f)[0])");
    } finally {
      Reflect.deleteProperty(globalThis, "takeError");
    }
    const { text } = format(error, { colors: true });
    assert.ok(text.includes("\u001b"));
    assert.equal(stripVTControlCharacters(text), formatValue(error));
    assert.doesNotMatch(stripVTControlCharacters(text), /node:internal/);
  });

  it("has the names of classes as util.inspect shows them, also where properties are left out", () => {
    class Order {
      readonly id = 1;
    }
    class Rush extends Order {}
    assert.equal(formatValue([new Order(), new Rush()]), "[ Order { id: 1 }, Rush { id: 1 } ]");
    assert.match(
      formatValue(Object.assign(new Rush(), manyProperties())),
      /^Rush \{\n[^]*\n\}\n\u2026 19001 more properties$/,
    );
    const bare = Object.assign(Object.create(null) as object, manyProperties());
    assert.match(formatValue(bare), /^\[Object: null prototype\] \{/);
  });

  it("lets an object with many properties show itself", () => {
    class Shown {
      readonly #secret = "shown by itself";
      [inspect.custom](): string {
        return this.#secret;
      }
    }
    class Tagged {
      readonly #secret = "tag";
      get [Symbol.toStringTag](): string {
        return this.#secret;
      }
    }
    assert.equal(formatValue(Object.assign(new Shown(), manyProperties())), "shown by itself");
    assert.match(formatValue(Object.assign(new Tagged(), manyProperties())), /^Tagged \[tag\] \{/);
  });
});
