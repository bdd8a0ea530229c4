import assert from "node:assert/strict";
import { test } from "node:test";
import "../../src/index.js";
import { ValueAttribute } from "../../src/objects/attribute.js";
import { EventChannel } from "../../src/objects/event-channel.js";
import { expose, findModule, listModules } from "../../src/objects/registry.js";

test("what is exposed is found until it is withdrawn", () => {
  const stock = new ValueAttribute(3);
  const exposure = expose("registry.one", { stock });
  assert.equal(findModule("registry.one")?.get("stock"), stock);
  exposure.withdraw();
  assert.equal(findModule("registry.one"), undefined);
});

test("a module is listed as long as it has objects", () => {
  const isListed = (): boolean => [...listModules()].includes("registry.listed");
  assert.equal(isListed(), false);
  const exposure = expose("registry.listed", { stock: new ValueAttribute(3) });
  assert.equal(isListed(), true);
  exposure.withdraw();
  assert.equal(isListed(), false);
  assert.ok([...listModules()].includes("pdm.perf"));
});

test("a second withdrawal takes nothing back that was exposed since", () => {
  const stock = new ValueAttribute(3);
  const first = expose("registry.two", { stock });
  first.withdraw();
  using _second = expose("registry.two", { stock });
  first.withdraw();
  assert.equal(findModule("registry.two")?.get("stock"), stock);
});

test("several calls add to one module, and each takes back only its own", () => {
  using _a = expose("registry.three", { a: new ValueAttribute(1) });
  const b = expose("registry.three", { b: new ValueAttribute(2) });
  b.withdraw();
  assert.deepEqual([...(findModule("registry.three")?.keys() ?? [])], ["a"]);
});

const attribute = new ValueAttribute(1);
for (const [what, module, objects, message] of [
  ["a module name with a slash", "a/b", { x: attribute }, /no module name/u],
  ["an empty module name", "", { x: attribute }, /no module name/u],
  ["a module name that ends with a dot", "a.", { x: attribute }, /no module name/u],
  ["an object name with a dot", "a", { "x.y": attribute }, /no object name/u],
  ["an object without any interface", "a", { x: { value: 1 } }, /a\.x speaks no interface/u],
  ["a taken name", "pdm.perf", { sysres: attribute }, /pdm\.perf\.sysres is exposed already/u],
] as const) {
  test(`${what} is refused, and nothing of the call is exposed`, () => {
    assert.throws(() => expose(module, { good: attribute, ...objects }), { code: "ERR_PDM_EXPOSE", message });
    assert.equal(findModule(module)?.has("good") ?? false, false);
  });
}

test("another copy of the package in the process finds the same objects", async () => {
  using _exposure = expose("registry.shared", { attribute });
  const copy = (await import(`${new URL("../../src/objects/registry.js", import.meta.url).href}?copy`)) as {
    findModule: typeof findModule;
  };
  assert.notEqual(copy.findModule, findModule);
  assert.equal(copy.findModule("registry.shared")?.get("attribute"), attribute);
});

test("an object in place of names is refused, whether or not anything in it looks like a name", () => {
  for (const object of [new EventChannel(), new ValueAttribute(3)]) {
    assert.throws(() => expose("registry.unnamed", object as never), {
      code: "ERR_PDM_EXPOSE",
      message: /needs a name of its own/u,
    });
  }
});

test("a module without objects is none", () => {
  using _exposure = expose("registry.empty", {});
  assert.equal(findModule("registry.empty"), undefined);
});

test("nothing that the package keeps for the process is met by who goes through the globals", () => {
  const own = Object.getOwnPropertySymbols(globalThis).filter((symbol) => symbol.description?.startsWith("pdm."));
  assert.ok(own.includes(Symbol.for("pdm.registry.v1")) && own.includes(Symbol.for("pdm.json.marks.v1")));
  assert.deepEqual(
    own.filter((symbol) => Object.prototype.propertyIsEnumerable.call(globalThis, symbol)),
    [],
  );
});
