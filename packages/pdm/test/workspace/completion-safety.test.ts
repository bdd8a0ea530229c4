import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { Variables } from "../../src/engine/variables.js";
import { complete } from "../../src/workspace/completion.js";
import type { Completion, CompletionContext } from "../../src/workspace/completion.js";
import { TRAPS } from "./traps.js";

function at(text: string, values: Readonly<Record<string, unknown>>, context: CompletionContext = {}): Completion {
  const variables = new Variables();
  for (const [name, value] of Object.entries(values)) variables.define(name, value);
  return complete(variables, text.replace("|", ""), text.indexOf("|"), context);
}

describe("completion runs no code of the service", () => {
  for (const [name, create] of Object.entries(TRAPS)) {
    it(`for ${name}`, () => {
      const { value, sprung } = create();
      const inner = { value };
      for (const text of [
        "value|",
        "value.|",
        "value['|",
        "inner.|",
        "inner.value.|",
        "inner.value.a.|",
        "inner.value['a'].b.|",
        "inner.value[0].|",
        "new value().|",
        "new inner.value().|",
        "value.constructor.|",
        "value.prototype.|",
        "value.__proto__.|",
        "pdm.|",
        "pdm.a.|",
        "'a.|",
      ]) {
        at(text, { value, inner, pdm: value });
      }
      assert.deepEqual(sprung, []);
    });
  }

  it("for a variable that is found lazily", () => {
    const variables = new Variables();
    variables.defineLazy("lazy", () => assert.fail("found"));
    assert.deepEqual(complete(variables, "laz", 3).items, [{ text: "lazy", kind: "variable" }]);
    assert.deepEqual(complete(variables, "lazy.", 5).items, []);
  });

  it("for a getter of the global object", () => {
    Object.defineProperty(globalThis, "trappedGlobal", { get: () => assert.fail("read"), configurable: true });
    try {
      assert.deepEqual(at("trappedG|", {}).items, [{ text: "trappedGlobal", kind: "global" }]);
      assert.deepEqual(at("trappedGlobal.|", {}).items, []);
      assert.deepEqual(at("globalThis.trappedG|", {}).items, [{ text: "trappedGlobal", kind: "getter" }]);
    } finally {
      Reflect.deleteProperty(globalThis, "trappedGlobal");
    }
  });

  it("for the tail of a text that is being typed", () => {
    assert.doesNotThrow(() => {
      const text = "let a = `${b.c['d']}`; import('e'); new F(/g/, 1).h; // i";
      for (let cursor = 0; cursor <= text.length; cursor += 1) complete(new Variables(), text, cursor);
    });
  });
});

describe("completion has limits", () => {
  it("of items, and says so", () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, index]));
    const found = at("many.key|", { many }, { maxMs: 60_000 });
    assert.equal(found.items.length, 500);
    assert.equal(found.isCut, true);
    assert.equal(at("many.key99|", { many }, { maxMs: 60_000 }).isCut, false);
    assert.equal(at("many.key|", { many }, { maxMs: 60_000, maxItems: 1_000 }).isCut, false);
  });

  it("of time, and does not list again what took too long", () => {
    const huge: Record<string, number> = {};
    for (let index = 0; index < 100_000; index += 1) huge[`key${index}`] = index;
    const first = at("huge.nothing|", { huge }, { maxMs: 1 });
    assert.deepEqual([first.items, first.isCut], [[], true]);
    const { ownKeys } = Reflect;
    // Nothing is asked of it the second time.
    Reflect.ownKeys = (object) => (object === huge ? assert.fail("listed again") : ownKeys(object));
    try {
      assert.equal(at("huge.nothing|", { huge }).isCut, true);
    } finally {
      Reflect.ownKeys = ownKeys;
    }
  });

  it("for arrays with millions of elements, whose elements are never listed", () => {
    const { ownKeys } = Reflect;
    const arrays = [new Uint8Array(10_000_000), Array.from({ length: 1_000_000 }), Object("x".repeat(1_000_000))];
    Reflect.ownKeys = (object) => (arrays.includes(object) ? assert.fail("listed") : ownKeys(object));
    try {
      for (const list of arrays) {
        const { items, isCut } = at("list.|", { list }, { maxMs: 60_000 });
        assert.ok(items.length > 5 && isCut, inspect(items));
      }
    } finally {
      Reflect.ownKeys = ownKeys;
    }
  });

  it("of characters, whatever objects and classes are called", () => {
    const long = "x".repeat(10_000_000);
    const { [long]: Long } = {
      [long]: class {
        own = 1;
      },
    };
    assert.ok(Long !== undefined);
    const values = { holder: { [long]: 1, short: new Long() }, instance: new Long(), [long]: 1 };
    for (const text of ["holder.|", "holder['|", "instance.|", "|", "xxx|"]) {
      assert.ok(JSON.stringify(at(text, values, { maxMs: 60_000 }).items).length < 100_000, text);
    }
    assert.deepEqual([at("holder.x|", values).items, at("holder.x|", values).isCut], [[], true]);
  });

  it("of prototypes", () => {
    let chained: object = { last: 1 };
    for (let index = 0; index < 5_000; index += 1) chained = Object.create(chained) as object;
    assert.deepEqual(at("chained.|", { chained }, { maxMs: 60_000 }).items, []);
  });

  it("and ends where prototypes of proxies go round in a circle", () => {
    const round: object = new Proxy({}, { getPrototypeOf: () => round });
    const child = Object.assign(Object.create(round) as object, { own: 1 });
    assert.deepEqual(at("round.|", { round }).items, []);
    assert.deepEqual(
      at("child.|", { child }).items.map(({ text }) => text),
      ["own"],
    );
  });
});
