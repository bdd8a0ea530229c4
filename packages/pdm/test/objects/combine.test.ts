import assert from "node:assert/strict";
import { test } from "node:test";
import { ValueAttribute } from "../../src/objects/attribute.js";
import { CallContext } from "../../src/objects/call-context.js";
import { combine } from "../../src/objects/combine.js";
import { attribute } from "../../src/objects/declared-attribute.js";
import { directory } from "../../src/objects/declared-directory.js";
import { event } from "../../src/objects/declared-event.js";
import { operation } from "../../src/objects/declared-operation.js";
import { EventChannel } from "../../src/objects/event-channel.js";
import { isAttribute, isDirectory, listInterfaces } from "../../src/objects/interfaces.js";
import type { Invocable } from "../../src/objects/interfaces.js";
import { MethodTable, UnknownMethodError } from "../../src/objects/method-table.js";
import { StaticDirectory } from "../../src/objects/static-directory.js";

test("a combined object speaks what its parts speak, each by the part that does", () => {
  const entry = new ValueAttribute(1);
  const all = combine(new StaticDirectory({ entry }), new ValueAttribute(5), new MethodTable(), new EventChannel());
  assert.deepEqual(listInterfaces(all), ["dir", "attr", "invoke", "event"]);
  assert.ok(isDirectory(all) && all.lookup("entry") === entry);
  assert.ok(isAttribute(all) && all.read() === 5);
});

test("a combined object says together what its parts say, and passes on context and what is written", async () => {
  const context = new CallContext({ session: 1, role: "operator" });
  const seen: unknown[] = [];
  const value = attribute({ description: "A value.", unit: "By", read: () => 1, write: (...args) => seen.push(args) });
  const placed = event({ description: "Placed.", type: { type: "integer" } });
  const shelf = directory({
    description: "A shelf.",
    deprecated: true,
    entries: { clear: operation({ description: "Clears.", effect: "destroy", run: (_, given) => given }) },
  });
  const all = combine(shelf, value, placed);
  assert.deepEqual(all.describe?.(), {
    description: "A shelf.",
    deprecated: true,
    operations: shelf.describe().operations,
    attribute: { unit: "By" },
    event: { type: { type: "integer" } },
  });
  assert.equal(all.describe?.(), all.describe?.());
  all.write?.(5, context);
  assert.deepEqual(seen, [[5, context]]);
  assert.equal((all as unknown as Invocable).invoke("clear", [], {}, context), context);
  placed.notify(1);
  assert.equal(all.sequence, 1);
  assert.equal("write" in combine(new ValueAttribute(1)), false);
  assert.equal(combine(new ValueAttribute(1)).describe?.(), undefined);
  const late = combine(new StaticDirectory(), { read: () => 1, describe: async () => ({ description: "Late." }) });
  assert.deepEqual(await late.describe?.(), { description: "Late." });
});

test("two parts with one interface, and a part with none, are refused", () => {
  assert.throws(() => combine(new ValueAttribute(1), new ValueAttribute(2)), {
    code: "ERR_PDM_COMBINE",
    message: /attr/u,
  });
  assert.throws(() => combine({}), { code: "ERR_PDM_COMBINE" });
});

test("any object with the methods speaks the interface, and what is no object speaks none", () => {
  assert.deepEqual(listInterfaces({ read: () => 1 }), ["attr"]);
  assert.deepEqual(listInterfaces(Object.assign(() => 1, { invoke: () => 1 })), ["invoke"]);
  assert.deepEqual(listInterfaces({ list: () => [] }), []);
  for (const value of [null, undefined, 5, "read"]) assert.deepEqual(listInterfaces(value), []);
});

test("a method table passes positional arguments, then one object of the named ones if there are any", () => {
  const table = new MethodTable({ all: (...args: unknown[]) => args });
  assert.deepEqual(table.invoke("all", [1, 2], {}), [1, 2]);
  assert.deepEqual(table.invoke("all", [1], { depth: 3 }), [1, { depth: 3 }]);
});

test("a name that is no method of the table is refused, the names of Object.prototype too", () => {
  for (const name of ["missing", "toString", "__proto__", "constructor"]) {
    assert.throws(() => new MethodTable({}).invoke(name, [], {}), UnknownMethodError);
  }
});

test("a directory's entries come and go while it is exposed", () => {
  const directory = new StaticDirectory({ one: new ValueAttribute(1) });
  directory.set("two", new ValueAttribute(2));
  assert.deepEqual(directory.list(), ["one", "two"]);
  assert.equal(directory.delete("one"), true);
  assert.equal(directory.lookup("one"), undefined);
  assert.equal(directory.lookup("toString"), undefined);
});
