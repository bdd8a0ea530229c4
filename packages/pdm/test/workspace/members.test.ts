import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listMembers } from "../../src/workspace/members.js";
import type { Member } from "../../src/workspace/members.js";
import { TRAPS } from "./traps.js";

/** Each member on a line, without the prototype. */
function lines(value: unknown, from?: number, limit?: number): string[] {
  return listMembers(value, from, limit)
    .members.filter(({ kind }) => kind !== "prototype")
    .map(({ name, kind, text }) => `${kind} ${name} ${text}`);
}

class Order {
  #secret = 1;
  amount = 2;
  static all = [];
  get total(): number {
    return this.#secret;
  }
  cancel(): void {}
}

const ROWS: readonly (readonly [name: string, value: unknown, kind: string, lines: readonly string[]])[] = [
  ["a number", 1, "number", []],
  ["a string", "abc", "string", []],
  ["null", null, "null", []],
  [
    "an object, by any name",
    { a: 1, "b c": "x", [Symbol("d")]: null, 5: 5n, e: undefined },
    "Object",
    [
      'property ["5"] 5n',
      "property .a 1",
      `property ["b c"] 'x'`,
      "property .e undefined",
      "property [Symbol(d)] null",
    ],
  ],
  ["an object without prototype", Object.create(null), "null prototype", []],
  [
    "an array",
    Object.assign(Array(3), { 0: 1, 2: "x" }),
    "Array(3)",
    ["element [0] 1", "element [1] <empty>", "element [2] 'x'", "property .length 3"],
  ],
  ["a typed array", new Uint8Array([1, 2]), "Uint8Array(2)", ["element [0] 1", "element [1] 2"]],
  [
    "a Map",
    new Map<unknown, unknown>([
      ["a", 1],
      [{ b: 1 }, [2]],
    ]),
    "Map(2)",
    ["entry → 'a' 1", "entry → { b: 1 } [ 2 ]"],
  ],
  ["a Set", new Set(["a", { b: 1 }]), "Set(2)", ["entry → 'a'", "entry → { b: 1 }"]],
  ["an instance, without what is private", new Order(), "Order", ["property .amount 2"]],
  [
    "a prototype",
    Order.prototype,
    "Object",
    ["property .constructor [class Order]", "getter .total [Getter]", "property .cancel [Function: cancel]"],
  ],
  [
    "a class",
    Order,
    "class",
    ["property .length 0", "property .name 'Order'", "property .prototype {}", "property .all []"],
  ],
  [
    "an error",
    Object.assign(new TypeError("x"), { code: "E" }),
    "TypeError",
    ["getter .stack [Getter]", "property .message 'x'", "property .code 'E'"],
  ],
  ["a boxed value", Object(1), "Number", ["internal <value> 1"]],
  ["a Date", new Date(5), "Date", ["internal <time> 5"]],
  ["a proxy", new Proxy({ a: 1 }, {}), "Proxy", []],
  [
    "accessors",
    {
      get a() {
        return 1;
      },
      set b(_: number) {},
      get c() {
        return 1;
      },
      set c(_: number) {},
    },
    "Object",
    ["getter .a [Getter]", "getter .b [Setter]", "getter .c [Getter/Setter]"],
  ],
  [
    "what is within what is within",
    {
      a: {
        b: { c: 1 },
        d: [1, 2, 3, 4, 5, 6],
        e: () => 1,
        f: new Order(),
        get g() {
          return 1;
        },
      },
      m: new Map([[1, { a: 1 }]]),
      r: /a/gi,
      t: new Date(0),
      e: new RangeError("x"),
    },
    "Object",
    [
      "property .a { b: {…}, d: Array(6), e: [Function: e], f: Order {…}, g: [Getter] }",
      "property .m Map(1) { 1 => {…} }",
      "property .r /a/gi",
      "property .t 1970-01-01T00:00:00.000Z",
      "property .e [RangeError: x]",
    ],
  ],
];

describe("the members of a value", () => {
  for (const [name, value, kind, expected] of ROWS) {
    it(`are those of ${name}`, () => {
      const page = listMembers(value);
      assert.equal(page.kind, kind);
      // The order of an error's own is V8's.
      const sorted =
        value instanceof Error ? (all: readonly string[]) => all.toSorted() : (all: readonly string[]) => all;
      assert.deepEqual(sorted(lines(value)), sorted(expected));
      assert.equal(page.total, page.members.length);
    });
  }

  it("end with the prototype, which can be entered as other objects can", () => {
    const inner = { b: 1 };
    const page = listMembers(
      new Map<unknown, unknown>([
        ["a", inner],
        [inner, 1],
      ]),
    );
    assert.deepEqual(page.members, [
      { name: "→ 'a'", kind: "entry", text: "{ b: 1 }", value: inner },
      { name: "→ { b: 1 }", kind: "entry", text: "1", value: [inner, 1] },
      { name: "<prototype>", kind: "prototype", text: "Map.prototype", value: Map.prototype },
    ]);
  });

  it("come in pages that fit together", () => {
    const value = Object.assign([1, 2, 3, 4, 5], { a: 1, b: 2 });
    const all = listMembers(value);
    const pages: Member[] = [];
    for (let from = 0; from < all.total; from += 2) pages.push(...listMembers(value, from, 2).members);
    assert.deepEqual(pages, all.members);
    assert.deepEqual(listMembers(value, 100, 2), { ...all, members: [] });
  });

  it("come in pages from the middle of something huge", () => {
    const array = Array(10_000_000).fill(0);
    assert.deepEqual(lines(array, 9_000_000, 2), ["element [9000000] 0", "element [9000001] 0"]);
    const bytes = new Uint8Array(100_000_000);
    assert.deepEqual(lines(bytes, 99_999_999, 2), ["element [99999999] 0"]);
    assert.equal(listMembers(bytes, 0, 1).total, 100_000_001);
    assert.deepEqual(lines(Array(4_294_967_295), 4_294_967_294, 1), ["element [4294967294] <empty>"]);
    const map = new Map(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
    assert.deepEqual(lines(map, 99_999, 5), ["entry → 'k99999' 99999"]);
    assert.deepEqual(lines(Object.fromEntries(map), 50_000, 1), ["property .k50000 50000"]);
  });

  it("are no more than a page holds, and their texts no longer than a line", () => {
    const value = Array(5_000).fill("x".repeat(100_000));
    const { members } = listMembers(value, 0, 1_000_000);
    assert.equal(members.length, 1_000);
    assert.equal(members[0]?.text.length, 200);
    const long = {
      ["x".repeat(100_000)]: 1,
      ["y z".repeat(100_000)]: [1n ** 1n, 10n ** 10_000n, Symbol("x".repeat(100_000))],
    };
    for (const { name, text } of listMembers(long).members) assert.ok(name.length < 250 && text.length <= 200);
  });

  for (const [name, create] of Object.entries(TRAPS)) {
    it(`are listed without running any code of ${name}`, () => {
      const { value, sprung } = create();
      for (const listed of [value, { value }, [value], new Map([[value, value]]), new Set([value]), { a: { value } }]) {
        for (const member of listMembers(listed).members) listMembers(member.value);
      }
      assert.deepEqual(sprung, []);
    });
  }

  it("have bounded names, whatever classes are called", () => {
    const long = "x".repeat(10_000_000);
    const { [long]: Long } = {
      [long]: class {
        own = 1;
      },
    };
    assert.ok(Long !== undefined);
    const page = listMembers(Object.assign(new Long(), { [long]: new Long() }), 0, 10);
    assert.ok(JSON.stringify(page).length < 5_000);
  });
});
