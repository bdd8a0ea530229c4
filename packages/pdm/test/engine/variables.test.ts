import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Variables } from "../../src/engine/variables.js";

/** A scope with no declarations of its own. */
function open(variables: Variables): Record<string, unknown> {
  const script = { declarations: new Map(), assigned: new Set<string>(), probed: new Set<string>() };
  return variables.openScope(script as unknown as Parameters<Variables["openScope"]>[0]).object as Record<
    string,
    unknown
  >;
}

describe("a client's variables", () => {
  it("find a lazy value when it is first read, and keep it", () => {
    const variables = new Variables();
    let reads = 0;
    variables.defineLazy("a", () => ++reads);
    const scope = open(variables);
    assert.equal("a" in scope, true);
    assert.equal(reads, 0);
    assert.deepEqual([scope["a"], scope["a"], reads], [1, 1, 1]);
  });

  it("try again to find a lazy value that could not be found", () => {
    const variables = new Variables();
    let found = false;
    variables.defineLazy("a", () => {
      if (!found) throw new Error("not yet");
      return 1;
    });
    const scope = open(variables);
    assert.throws(() => scope["a"], /not yet/);
    found = true;
    assert.equal(scope["a"], 1);
  });

  it("never find a lazy value that was assigned to before", () => {
    const variables = new Variables();
    variables.defineLazy("a", () => assert.fail("read"));
    const scope = open(variables);
    scope["a"] = 2;
    assert.equal(scope["a"], 2);
  });

  it("tell their names, and describe what they mean, without finding a lazy value", () => {
    const variables = new Variables();
    const read = (): never => assert.fail("read");
    variables.defineLazy("lazy", read);
    variables.define("known", 1);
    assert.deepEqual(variables.names(), ["lazy", "known"]);
    assert.deepEqual(variables.describe("lazy"), { get: read, enumerable: true, configurable: true });
    assert.deepEqual(variables.describe("known"), { value: 1, writable: true, enumerable: true, configurable: true });
    assert.equal(variables.describe("unknown"), undefined);
    assert.equal(variables.describe("toString"), undefined);
  });

  it("give way to a global of the name where they were told to, also one that comes later", () => {
    const variables = new Variables();
    variables.defineLazy("laterGlobal", () => 1, { yields: true });
    const scope = open(variables);
    assert.equal(scope["laterGlobal"], 1);
    Object.assign(globalThis, { laterGlobal: 2 });
    try {
      assert.equal("laterGlobal" in scope, false);
      assert.deepEqual(variables.names(), []);
      assert.equal(variables.describe("laterGlobal"), undefined);
    } finally {
      Reflect.deleteProperty(globalThis, "laterGlobal");
    }
    assert.equal("laterGlobal" in scope, true);
  });

  it("remember for the engine until the client's own code sets the name", () => {
    const variables = new Variables();
    const scope = open(variables);
    variables.remember("_", 1);
    variables.remember("_", 2);
    assert.equal(scope["_"], 2);
    scope["_"] = "own";
    variables.remember("_", 3);
    assert.equal(scope["_"], "own");
  });
});
