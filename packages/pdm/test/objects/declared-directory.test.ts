import assert from "node:assert/strict";
import { test } from "node:test";
import { ValueAttribute } from "../../src/objects/attribute.js";
import { CallContext } from "../../src/objects/call-context.js";
import { attribute } from "../../src/objects/declared-attribute.js";
import { directory } from "../../src/objects/declared-directory.js";
import type { DirectoryOptions } from "../../src/objects/declared-directory.js";
import { event } from "../../src/objects/declared-event.js";
import { operation } from "../../src/objects/declared-operation.js";
import { isInvocable, listInterfaces } from "../../src/objects/interfaces.js";
import { MethodTable } from "../../src/objects/method-table.js";

const context = new CallContext({ session: 1, role: "operator" });
const size = new ValueAttribute(3);

test("a directory holds its entries in their order, and says what it is", () => {
  const shelf = directory({ description: "A shelf.", entries: { size, other: size } });
  assert.deepEqual(shelf.list(), ["size", "other"]);
  assert.equal(shelf.lookup("size"), size);
  for (const name of ["toString", "__proto__", "missing"]) assert.equal(shelf.lookup(name), undefined);
  assert.deepEqual(shelf.describe(), { description: "A shelf." });
  assert.deepEqual(listInterfaces(shelf), ["dir"]);
});

test("a directory passes a method's name on to the operation of that name, with arguments and context", () => {
  const cancel = operation({
    description: "Cancels an order.",
    effect: "destroy",
    params: { id: { type: "integer" } },
    run: ({ id }, given) => [id, given],
  });
  const orders = directory({
    description: "The orders.",
    entries: { size, cancel, old: new MethodTable({ call: () => 1 }) },
  });
  assert.deepEqual(listInterfaces(orders), ["dir", "invoke"]);
  assert.ok(isInvocable(orders));
  assert.deepEqual(orders.invoke("cancel", [17], {}, context), [17, context]);
  assert.equal(orders.lookup("cancel"), cancel);
  assert.deepEqual(orders.describe().operations, { cancel: cancel.describe().operations?.["call"] });
  for (const name of ["size", "old", "toString", "missing", "call"]) {
    assert.throws(() => orders.invoke(name, [], {}, context), { code: "ERR_PDM_UNKNOWN_METHOD" }, name);
  }
});

test("entries may come and go: then functions find them", async () => {
  const jobs = new Map([["restock", size]]);
  const dynamic = directory({
    description: "The jobs.",
    list: () => jobs.keys(),
    lookup: async (name) => jobs.get(name),
  });
  assert.deepEqual([...(await dynamic.list())], ["restock"]);
  assert.equal(await dynamic.lookup("restock"), size);
  jobs.delete("restock");
  assert.deepEqual([...(await dynamic.list())], []);
  assert.deepEqual(listInterfaces(dynamic), ["dir"]);
  assert.equal(dynamic.describe().description, "The jobs.");
});

const mistakes: readonly (readonly [string, object, RegExp])[] = [
  [
    "an entry whose name has a slash",
    { entries: { "a/b": size } },
    /^directory "All\.": "a\/b" is no name for an entry/u,
  ],
  ["an entry without a name", { entries: { "": size } }, /"" is no name for an entry/u],
  ["an entry that speaks no interface", { entries: { size: {} } }, /its entry size speaks no interface/u],
  ["an entry that is no object", { entries: { size: 3 } }, /its entry size speaks no interface/u],
  ["a list of entries", { entries: [size] }, /entries must be an object of names/u],
  ["no entries", {}, /list must be a function, not undefined/u],
  [
    "both entries and list",
    { entries: {}, list: () => [] },
    /"list" is not known; there are: description, deprecated, entries/u,
  ],
];
for (const [what, options, message] of mistakes) {
  test(`a directory with ${what} is refused when it is declared`, () => {
    const all = { description: "All.", ...options } as unknown as DirectoryOptions;
    assert.throws(() => directory(all), { code: "ERR_PDM_DECLARATION", message });
  });
}

test("what declares nothing is refused with what to write", () => {
  const nothing = undefined as never;
  const functions: Record<string, (options: never) => unknown> = { attribute, directory, event, operation };
  for (const [kind, declare] of Object.entries(functions)) {
    assert.throws(() => declare(nothing), {
      code: "ERR_PDM_DECLARATION",
      message: `${kind}: must be declared by an object, ${kind}({ description, ... }), not undefined`,
    });
  }
});
