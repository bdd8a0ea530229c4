import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { DEFAULT_LIMITS } from "../../src/limits.js";
import { decodePickle } from "../../src/pickle/decode.js";
import { encodePickle } from "../../src/pickle/encode.js";
import { PickleError, type PickleLimits } from "../../src/pickle/pickle-error.js";
import { exceptionGlobal, isPython2Exception } from "../../src/pickle/python-names.js";
import { ByteArray, Float, FrozenSet, Global, Instance, Tuple } from "../../src/pickle/values.js";

const there = (value: unknown, exactFloats = false): unknown =>
  decodePickle(encodePickle(value), { exactFloats }).value;

class Order {
  id: number;
  next: unknown;

  constructor(id: number) {
    this.id = id;
  }
}

function replace(object: object): unknown {
  return object instanceof Order
    ? Instance.withFields(new Global("shop", "Order"), new Map(Object.entries(object)))
    : undefined;
}

describe("writing", () => {
  const FORMS: readonly (readonly [what: string, value: unknown, read: unknown])[] = [
    ["undefined, as None", [undefined], [null]],
    [
      "a plain object, as a dict",
      { a: 1, b: { c: null } },
      new Map<string, unknown>([
        ["a", 1],
        ["b", new Map([["c", null]])],
      ]),
    ],
    ["an object without prototype, as a dict", Object.assign(Object.create(null), { a: 1 }), new Map([["a", 1]])],
    ["a plain object of another realm, as a dict", runInNewContext("({ a: [1] })"), new Map([["a", [1]]])],
    [
      "Map and Set of another realm",
      runInNewContext("[new Map([[1, 2]]), new Set([1])]"),
      [new Map([[1, 2]]), new Set([1])],
    ],
    ["a Buffer, as bytes", Buffer.from([0, 200]), Uint8Array.of(0, 200)],
    ["holes of an array, as None", Array.from({ length: 2 }), [null, null]],
    [
      "small bigints, as the same ints",
      [0n, -1n, 127n, 128n, 255n, 256n, -128n, -129n],
      [0, -1, 127, 128, 255, 256, -128, -129],
    ],
    [
      "numbers at the edges of each form",
      [255, 256, 65_536, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53) + 1],
      [255, 256, 65_536, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53) + 1],
    ],
    ["whole numbers beyond the safe ones, as floats", [2 ** 53, -1e300], [2 ** 53, -1e300]],
    ["negative zero, as a float", -0, -0],
    [
      "strings around the length that is written fast",
      ["", "x".repeat(32), "x".repeat(33), "é".repeat(32), "\ud800x"],
      ["", "x".repeat(32), "x".repeat(33), "é".repeat(32), "\ud800x"],
    ],
    ["a nested class", new Global("shop", "Order.Line.Part"), new Global("shop", "Order.Line.Part")],
    ["a Python 3 name, as that of Python 2", new Global("builtins", "KeyError"), new Global("exceptions", "KeyError")],
    [
      "an instance with everything",
      new Instance("newobj", new Global("a", "b"), Tuple.of(1), {
        kwargs: new Map([["k", 1]]),
        state: new Map([["s", 1]]),
        listItems: [1],
        dictItems: new Map([[1, 2]]),
      }),
      new Instance("newobj", new Global("a", "b"), Tuple.of(1), {
        kwargs: new Map([["k", 1]]),
        state: new Map([["s", 1]]),
        listItems: [1],
        dictItems: new Map([[1, 2]]),
      }),
    ],
  ];
  for (const [what, value, read] of FORMS) test(`takes ${what}`, () => assert.deepEqual(there(value), read));

  test("takes the classes of another copy of this package", () => {
    // What a copy has in common with this one is the name that its classes are marked with.
    const mark = Symbol.for("pdm.pickle.form");
    class OtherTuple extends Array<unknown> {}
    Object.defineProperty(OtherTuple.prototype, mark, { value: "tuple" });
    class OtherFloat {
      value = 1;
    }
    Object.defineProperty(OtherFloat.prototype, mark, { value: "float" });
    assert.deepEqual(there([OtherTuple.of(1), new OtherFloat()], true), [Tuple.of(1), new Float(1)]);
  });

  test("keeps cycles and shared references", () => {
    const list: unknown[] = [];
    const dict = new Map<string, unknown>([["list", list]]);
    const tuple = Tuple.of<unknown>(list, dict);
    list.push(list, dict, tuple, tuple);
    const read = there(list) as unknown[];
    assert.equal(read[0], read);
    assert.equal((read[1] as Map<string, unknown>).get("list"), read);
    assert.equal((read[2] as Tuple)[0], read);
    assert.equal(read[3], read[2]);
    const readTuple = there(tuple) as Tuple;
    assert.equal((readTuple[0] as unknown[])[2], readTuple);
  });

  test("leaves headroom of zeros, and gives each caller a buffer of its own", () => {
    const first = encodePickle(1, { headroom: 4 });
    const second = encodePickle(2, { headroom: 20_000 });
    assert.deepEqual([...first.subarray(0, 4)], [0, 0, 0, 0]);
    assert.equal(decodePickle(first.subarray(4)).value, 1);
    assert.equal(decodePickle(second.subarray(20_000)).value, 2);
  });

  test("may be started by a getter of the value being written", () => {
    const value = {
      get inner(): string {
        return encodePickle("x".repeat(100)).toString("latin1");
      },
      after: "y",
    };
    assert.equal((there(value) as Map<string, string>).get("after"), "y");
    assert.equal((there(value) as Map<string, string>).get("inner")?.length, 108);
  });

  test("works as before after it failed", () => {
    assert.throws(() => encodePickle(["x".repeat(50_000), Symbol("s")]), PickleError);
    assert.deepEqual(there(["a"]), ["a"]);
  });
});

describe("replacing", () => {
  test("is asked once for each object, and what refers to it stays one", () => {
    const order = new Order(7);
    let asked = 0;
    const pickle = encodePickle([order, order, new Set([order])], { replace: (object) => (asked++, replace(object)) });
    const [first, second, third] = decodePickle(pickle).value as [Instance, Instance, Set<Instance>];
    assert.equal(asked, 1);
    assert.equal(first.className, "shop.Order");
    assert.equal(second, first);
    assert.ok(third.has(first));
  });

  test("keeps a cycle that runs through the object", () => {
    const order = new Order(1);
    const other = new Order(2);
    order.next = [other];
    other.next = order;
    const read = decodePickle(encodePickle(order, { replace })).value as Instance;
    const [next] = read.fields.get("next") as [Instance];
    assert.equal(next.fields.get("next"), read);
  });

  test("may give a primitive, a function's too, or something to be replaced in turn", () => {
    const turns = new Map<object, unknown>();
    const order = new Order(1);
    turns.set(order, encodePickle).set(encodePickle, "a function");
    const pickle = encodePickle([order, encodePickle], { replace: (object) => turns.get(object) });
    assert.deepEqual(decodePickle(pickle).value, ["a function", "a function"]);
  });

  test("without end is stopped by the limit on depth", () => {
    assert.throws(() => encodePickle(new Order(1), { replace: () => new Order(2) }), {
      message: /limits\.pickleDepth/,
    });
  });

  test("passes on what it throws", () => {
    const failure = new TypeError("no");
    const fail = (): never => {
      throw failure;
    };
    assert.throws(() => encodePickle(new Order(1), { replace: fail }), failure);
  });
});

describe("refusing", () => {
  const REFUSED: readonly (readonly [value: unknown, message: RegExp])[] = [
    [{ orders: [0, 1, 2, { when: new Date() }] }, /^value\.orders\[3\]\.when is a Date; send its getTime/],
    [Symbol("s"), /^value is a symbol/],
    [[[1, 2, 3], Symbol("s")], /^value\[1\] is a symbol/],
    [[[1, 2, 3], new Order(1)], /^value\[1\] is an instance of Order; send a plain object/],
    [new Map([["a key", () => 1]]), /^value\["a key"\] is a function/],
    [{ p: Promise.resolve() }, /^value\.p is a promise; await it first/],
    [[new Float64Array(1)], /^value\[0\] is a buffer; send a Uint8Array/],
    [[new Error("x")], /^value\[0\] is an Error/],
    [new Set([Symbol("s")]), /^value\{element\} is a symbol/],
    [new Map([[[1], 1]]), /^value\{key\} is a list, which Python cannot hash/],
    [new Map([[Tuple.of(Tuple.of({})), 1]]), /^value\{key\} is a plain object, which/],
    [new Set([new Map()]), /^value\{element\} is a dict, which/],
    [new FrozenSet([new Set()]), /^value\{element\} is a set, which/],
    [new Set([ByteArray.of(1)]), /^value\{element\} is a bytearray, which/],
    [Instance.withFields(new Global("a", "b"), { x: Symbol("s") }), /^value\.state\.x is a symbol/],
    [new Global("a\nb", "c"), /no name of a Python class/],
    [new Global("a", "b..c"), /no name of a Python class/],
    [new Global("a", ""), /no name of a Python class/],
  ];
  for (const [value, message] of REFUSED) {
    test(`says where and what instead: ${message.source}`, () => {
      assert.throws(() => encodePickle(value), { name: "PickleError", code: "ERR_PDM_PICKLE_UNSUPPORTED", message });
    });
  }

  test("a key is fit or not whether or not it was written before", () => {
    const bad = Tuple.of([1]);
    assert.throws(() => encodePickle([bad, new Map([[bad, 1]])]), { code: "ERR_PDM_PICKLE_UNSUPPORTED" });
    const good = Tuple.of<unknown>(Tuple.of(1), new FrozenSet([1]), Uint8Array.of(1));
    assert.deepEqual(there([good, new Map([[good, 1]])]), [good, new Map([[good, 1]])]);
  });

  test("a key of tuples in tuples that share their parts takes no time", () => {
    let key = Tuple.of<unknown>(1);
    for (let depth = 0; depth < 100; depth++) key = Tuple.of<unknown>(key, key);
    assert.ok(encodePickle(new Map([[key, 1]])).length < 2_000);
  });

  const LIMITS: readonly (readonly [limit: keyof PickleLimits, limits: Partial<PickleLimits>, value: unknown])[] = [
    ["integerBytes", { integerBytes: 8 }, 2n ** 63n],
    ["integerBytes", {}, 1n << 100_000_000n],
    ["replyObjects", { replyObjects: 10 }, Array.from({ length: 10 }, () => [])],
    ["replyBytes", { replyBytes: 100 }, "x".repeat(100)],
    ["replyBytes", { replyBytes: 100_000 }, Array.from({ length: 100_000 }, () => 1)],
    ["pickleDepth", { pickleDepth: 2 }, [[[]]]],
    ["pickleDepth", {}, nest(100_000)],
    ["pickleDepth", { pickleDepth: 2 ** 31 - 1 }, nest(100_000)],
    ["pickleDepth", {}, selfContaining(Tuple.of<unknown>(), (tuple) => tuple.push(tuple))],
    ["pickleDepth", {}, selfContaining(new FrozenSet<unknown>(), (set) => set.add(set))],
  ];
  for (const [limit, limits, value] of LIMITS) {
    test(`limits.${limit} is named where ${JSON.stringify(limits)} or the default is not enough`, () => {
      const message = new RegExp(`limits\\.${limit} `);
      assert.throws(() => encodePickle(value, { limits: { ...DEFAULT_LIMITS, ...limits } }), {
        code: "ERR_PDM_PICKLE_LIMIT",
        message,
      });
    });
  }

  test("what is as deep as the limit is written and read, its leaves included", () => {
    const value = nest(DEFAULT_LIMITS.pickleDepth - 1, [Uint8Array.of(1), new Global("a", "b"), new Float(1)]);
    assert.deepEqual(there(value, true), value);
  });
});

describe("names", () => {
  test("an exception that Python 2 has is its own, a newer one is Python 3's", () => {
    assert.equal(String(exceptionGlobal("KeyError")), "exceptions.KeyError");
    assert.equal(String(exceptionGlobal("TimeoutError")), "__builtin__.TimeoutError");
    assert.ok(isPython2Exception("IOError") && !isPython2Exception("ConnectionError"));
  });
});

/** So many arrays around the innermost one. */
function nest(depth: number, innermost: unknown[] = []): unknown[] {
  let value = innermost;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

function selfContaining<T>(value: T, add: (value: T) => void): T {
  add(value);
  return value;
}

test("values of any size arrive whole, wherever the output has to grow", () => {
  const around = [
    16_000, 16_370, 16_371, 16_372, 16_373, 16_374, 16_375, 16_376, 16_377, 16_378, 16_379, 16_380, 16_384, 40_000,
  ];
  for (const length of around) {
    for (const text of ["x".repeat(length), "é€".repeat(length / 2)]) {
      assert.equal(decodePickle(encodePickle(text)).value, text);
      const values = [text, 2n ** 16_000n, true, [1.5, new Uint8Array(300).fill(7)], -1, "ö".repeat(20_000), null];
      assert.deepEqual(decodePickle(encodePickle(values)).value, values);
    }
  }
  const bits = Array.from({ length: 40_000 }, (_, index) => index % 3 === 0);
  assert.deepEqual(decodePickle(encodePickle(bits)).value, bits);
});
