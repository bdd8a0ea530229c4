import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodePickle } from "../../src/pickle/decode.js";
import { encodePickle } from "../../src/pickle/encode.js";
import { ByteArray, FrozenSet, Global, Instance, Tuple } from "../../src/pickle/values.js";
import { type Vector, VECTORS } from "./vectors.js";

const order = new Global("shop", "Order");
const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values);

/** What each value of the vectors is read as. */
const EXPECTED: Readonly<Record<string, unknown>> = {
  none: null,
  true: true,
  false: false,
  "int 0": 0,
  "int 255": 255,
  "int 256": 256,
  "int 65535": 65_535,
  "int 65536": 65_536,
  "int -1": -1,
  "int 2**31-1": 2 ** 31 - 1,
  "int -2**31": -(2 ** 31),
  "int 2**31": 2 ** 31,
  "int -2**31-1": -(2 ** 31) - 1,
  "int 2**53-1": Number.MAX_SAFE_INTEGER,
  "int 2**53": 2n ** 53n,
  "int -2**53": -(2n ** 53n),
  "int 2**64": 2n ** 64n,
  "int -2**64": -(2n ** 64n),
  "int 255**300": 255n ** 300n,
  "float 1.5": 1.5,
  "float -0.0": -0,
  "float nan": Number.NaN,
  "float inf": Number.POSITIVE_INFINITY,
  "float -inf": Number.NEGATIVE_INFINITY,
  "float 1e300": 1e300,
  "float 1.0": 1,
  "text empty": "",
  "text abc": "abc",
  "text latin": "hé",
  "text euro": "€",
  "text astral": "\u{1f600}",
  "text surrogate": "a\ud800b",
  "text escapes": "a\\b\\u0041\n\r\0'\"\x1a",
  "text long": "x".repeat(300),
  "bytes empty": bytes(),
  "bytes ascii": bytes(0x61, 0x62, 0x63),
  "bytes binary": bytes(0x00, 0xff, 0x27, 0x22, 0x5c, 0x0a),
  "bytes long": new Uint8Array(300).fill(0xfe),
  "bytearray empty": ByteArray.of(),
  "bytearray binary": ByteArray.of(0x00, 0xff),
  "list empty": [],
  "list one": [1],
  "list three": [1, null, "a"],
  "tuple 0": Tuple.of(),
  "tuple 1": Tuple.of(1),
  "tuple 2": Tuple.of(1, 2),
  "tuple 3": Tuple.of(1, 2, 3),
  "tuple 4": Tuple.of(1, 2, 3, 4),
  "dict empty": new Map(),
  "dict one": new Map([["a", 1]]),
  "dict none": new Map([[null, 1]]),
  "dict tuple": new Map([[Tuple.of(1, 2), [3]]]),
  "dict proto": new Map([["__proto__", new Map([["constructor", 1]])]]),
  "set empty": new Set(),
  "set one": new Set([1]),
  "frozenset one": new FrozenSet([null]),
  nested: [new Map([["a", Tuple.of<unknown>(1, [2.5, new Map([["b", null]])])]])],
  instance: new Instance("newobj", order, Tuple.of(), { state: new Map([["id", 7]]) }),
  KeyError: Instance.call(new Global("exceptions", "KeyError"), "x"),
  complex: Instance.call(new Global("__builtin__", "complex"), 1, 2),
  class: order,
  "builtin class": new Global("__builtin__", "set"),
  "nested class": new Global("shop", "Outer.Inner"),
  range: Instance.call(new Global("__builtin__", "xrange"), 1, 9, 2),
  classic: new Instance("obj", new Global("shop", "Classic"), Tuple.of(), { state: new Map([["id", 7]]) }),
  "classic args": new Instance("obj", new Global("shop", "ClassicArgs"), Tuple.of(7), { state: new Map([["id", 7]]) }),
};

function asInstance(value: unknown, className: string): Instance {
  assert.ok(value instanceof Instance);
  assert.equal(value.className, className);
  return value;
}

/** Values whose identity matters, or whose form depends on the protocol. */
const CHECKS: Readonly<Record<string, (value: unknown, vector: Vector) => void>> = {
  shared(value) {
    const [first, second, third] = value as [number[], number[], Tuple];
    assert.deepEqual(first, [1]);
    assert.equal(second, first);
    assert.equal(third[0], first);
  },
  "cyclic list": (value) => assert.equal((value as unknown[])[1], value),
  "cyclic dict": (value) => assert.equal((value as Map<string, unknown>).get("self"), value),
  "cyclic tuple 1": (value) => assert.equal(((value as Tuple)[0] as unknown[])[0], value),
  "cyclic tuple 4"(value) {
    assert.ok(value instanceof Tuple && value.length === 4);
    assert.equal(value[3], value[0]);
    assert.equal((value[0] as unknown[])[0], value);
  },
  "cyclic instance": (value) => assert.equal(asInstance(value, "shop.Order").fields.get("self"), value),
  "instance empty"(value) {
    // Python 2 states that there are no fields, Python 3 says nothing.
    assert.deepEqual(asInstance(value, "shop.Order").fields, new Map());
  },
  TimeoutError(value, { protocol }) {
    // Before protocol 3 Python itself replaces an exception that Python 2 lacks by its base class.
    const className = protocol < 3 ? "exceptions.OSError" : "__builtin__.TimeoutError";
    assert.deepEqual(asInstance(value, className).args, Tuple.of("late"));
  },
  slotted: (value) =>
    assert.deepEqual(
      asInstance(value, "shop.Slotted").fields,
      new Map([
        ["id", 7],
        ["total", 1.5],
      ]),
    ),
  "dict subclass"(value, { protocol }) {
    const instance = asInstance(value, "shop.Fields");
    assert.deepEqual(instance.fields, new Map([["note", "x"]]));
    assert.deepEqual(protocol < 2 ? instance.args[2] : instance.dictItems, new Map([["a", 1]]));
  },
  "list subclass"(value, { protocol }) {
    const instance = asInstance(value, "shop.Lines");
    assert.deepEqual(protocol < 2 ? instance.args[2] : instance.listItems, [1, 2]);
  },
  namedtuple(value, { protocol }) {
    const instance = asInstance(value, "shop.Point");
    const { args } = instance;
    assert.deepEqual(protocol < 2 ? args[2] : args, Tuple.of(1, 2));
  },
  exception(value) {
    const instance = asInstance(value, "shop.Refused");
    assert.deepEqual(instance.args, Tuple.of<unknown>("no", 7));
    assert.deepEqual(instance.fields, new Map([["retry", true]]));
  },
  defaultdict(value, { python }) {
    const instance = asInstance(value, "collections.defaultdict");
    assert.deepEqual(instance.args, Tuple.of(new Global("__builtin__", python === 2 ? "int" : "long")));
    assert.deepEqual(instance.dictItems, new Map([[1, 2]]));
  },
  keyword(value, { protocol }) {
    // Protocols 0 and 1 leave the arguments out, 2 and 3 have the call of a functools.partial.
    const instance = asInstance(value, protocol < 2 || protocol > 3 ? "shop.Keyword" : "");
    assert.deepEqual(instance.kwargs, protocol > 3 ? new Map([["id", 7]]) : undefined);
  },
};

describe("the pickles that CPython wrote", () => {
  for (const name of new Set(VECTORS.map((vector) => vector.name))) {
    const vectors = VECTORS.filter((vector) => vector.name === name);

    test(`${name} is read from each protocol`, () => {
      for (const vector of vectors) {
        const { value, protocol } = decodePickle(vector.pickle);
        assert.equal(protocol, vector.protocol < 2 ? 0 : vector.protocol, vector.title);
        const check = CHECKS[name];
        if (check) check(value, vector);
        else assert.deepEqual(value, expectedOf(vector), vector.title);
      }
    });

    test(`${name} is read as the same after it was written`, () => {
      for (const vector of vectors) {
        const first = decodePickle(vector.pickle, { exactFloats: true });
        const second = decodePickle(encodePickle(first.value), { exactFloats: true });
        assert.deepEqual(second.value, first.value, vector.title);
        assert.equal(second.protocol, 2);
      }
    });
  }

  test("are there for every protocol", () => {
    for (const protocol of [0, 1, 2]) assert.ok(countVectors(2, protocol) > 50);
    for (const protocol of [0, 1, 2, 3, 4, 5]) assert.ok(countVectors(3, protocol) > 10);
  });
});

function countVectors(python: number, protocol: number): number {
  return VECTORS.filter((vector) => vector.python === python && vector.protocol === protocol).length;
}

function expectedOf({ name, python }: Vector): unknown {
  assert.ok(Object.hasOwn(EXPECTED, name), `no expectation for ${name}`);
  const expected = EXPECTED[name];
  // Python 2 cannot say whether it means text or bytes.
  const isAscii =
    expected instanceof Uint8Array && !(expected instanceof ByteArray) && expected.every((byte) => byte < 0x80);
  return python === 2 && isAscii ? Buffer.from(expected).toString("latin1") : expected;
}
