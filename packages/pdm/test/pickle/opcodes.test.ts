import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodePickle } from "../../src/pickle/decode.js";
import { ByteArray, Float, FrozenSet, Global, Instance, Tuple } from "../../src/pickle/values.js";

/** A pickle as characters U+0000 to U+00FF. */
const read = (pickle: string, exactFloats = false): unknown =>
  decodePickle(Buffer.from(pickle, "latin1"), { exactFloats }).value;

const shopOrder = new Global("shop", "Order");

/** What no pickler of today writes, or writes only for values that a vector is too large for. */
const READ: readonly (readonly [what: string, pickle: string, value: unknown])[] = [
  ["INT with a sign", "I+7\n.", 7],
  ["INT beyond 32 bits", "I9223372036854775807\n.", 9_223_372_036_854_775_807n],
  ["INT spelled as a boolean", "(I01\nI00\nl.", [true, false]],
  ["LONG without an L", "L-5\n.", -5],
  ["LONG1 of no bytes", "\x8a\x00.", 0],
  ["LONG1 longer than needed", "\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\xff.", -1],
  ["LONG4", "\x8b\x02\0\0\0\x00\x80.", -32_768],
  ["FLOAT without digits before the point", "F.5\n.", 0.5],
  ["FLOAT with an exponent", "F-1e+16\n.", -1e16],
  ["FLOAT that is no number", "Fnan\n.", Number.NaN],
  ["STRING in double quotes", 'S"it\'s"\n.', "it's"],
  ["STRING with escapes", "S'\\x41\\101\\n\\\\\\q'\n.", "AA\n\\\\q"],
  ["STRING of bytes", "S'\\xff'\n.", Uint8Array.of(0xff)],
  ["BINSTRING", "T\x02\0\0\0ab.", "ab"],
  ["UNICODE with bytes beyond ASCII", "V\xe9\\u20ac\\U0001f600\n.", "é€\u{1f600}"],
  ["UNICODE with a backslash that escapes nothing", "V\\\\u0041\\x\n.", "\\\\u0041\\x"],
  ["BINUNICODE8", "\x8d\x02\0\0\0\0\0\0\0ab.", "ab"],
  ["BINUNICODE with a real replacement character", "X\x03\0\0\0\xef\xbf\xbd.", "\ufffd"],
  ["BINBYTES8", "\x8e\x01\0\0\0\0\0\0\0a.", Uint8Array.of(0x61)],
  ["BYTEARRAY8", "\x96\x01\0\0\0\0\0\0\0a.", ByteArray.of(0x61)],
  ["DICT and LIST of protocol 0", "(N(lp0\nd.", new Map([[null, []]])],
  ["APPEND and SETITEM", "]}NI1\nsa.", [new Map([[null, 1]])]],
  ["DUP, POP and POP_MARK", "]20N0(NN1.", []],
  ["POP of a mark", "N(0.", null],
  ["GET and PUT in text", "(lp10\n0g10\n.", []],
  ["LONG_BINPUT and LONG_BINGET", "]r\x10\x27\0\x000j\x10\x27\0\0.", []],
  ["MEMOIZE after another entry", "]\x940h\x00.", []],
  ["FRAME, and PROTO again", "\x80\x04\x95\x03\0\0\0\0\0\0\0\x80\x02N.", null],
  ["EMPTY_SET with ADDITEMS", "\x8f(NI1\n\x90.", new Set([null, 1])],
  ["FROZENSET", "(N\x91.", new FrozenSet([null])],
  ["STACK_GLOBAL", "\x8c\x04shop\x8c\x05Order\x93.", shopOrder],
  ["INST", "(I7\nishop\nOrder\n.", new Instance("obj", shopOrder, Tuple.of(7))],
  ["OBJ", "(cshop\nOrder\nI7\no.", new Instance("obj", shopOrder, Tuple.of(7))],
  ["NEWOBJ", "cshop\nOrder\n)\x81.", new Instance("newobj", shopOrder, Tuple.of())],
  ["NEWOBJ_EX", "cshop\nOrder\n)}\x92.", new Instance("newobj", shopOrder, Tuple.of(), { kwargs: new Map() })],
  ["BUILD with None", "cshop\nOrder\n)\x81Nb.", new Instance("newobj", shopOrder, Tuple.of(), { state: null })],
  [
    "copy_reg._reconstructor",
    "ccopy_reg\n_reconstructor\n(cshop\nOrder\nc__builtin__\nobject\nNtR.",
    new Instance("newobj", shopOrder, Tuple.of()),
  ],
  [
    "copyreg.__newobj__",
    "ccopyreg\n__newobj__\n(cshop\nOrder\nI7\ntR.",
    new Instance("newobj", shopOrder, Tuple.of(7)),
  ],
  [
    "copyreg.__newobj_ex__",
    "ccopyreg\n__newobj_ex__\n(cshop\nOrder\n)}tR.",
    new Instance("newobj", shopOrder, Tuple.of(), { kwargs: new Map() }),
  ],
  ["builtins.bytes()", "cbuiltins\nbytes\n)R.", new Uint8Array()],
  ["bytearray of bytes", "cbuiltins\nbytearray\nC\x01a\x85R.", ByteArray.of(0x61)],
  ["builtins.set of a list", "cbuiltins\nset\n(NltR.".replace("(Nlt", "((Nlt"), new Set([null])],
  [
    "_codecs.encode in another encoding",
    "c_codecs\nencode\n(Va\nVrot13\ntR.",
    Instance.call(new Global("_codecs", "encode"), "a", "rot13"),
  ],
  [
    "a call of what a call made",
    "cf\ng\n)R)R.",
    new Instance("reduce", Instance.call(new Global("f", "g")), Tuple.of()),
  ],
];

describe("opcodes", () => {
  for (const [what, pickle, value] of READ) test(`${what} is read`, () => assert.deepEqual(read(pickle), value));

  test("whole floats are numbers, or Floats where asked for", () => {
    assert.equal(read("F1.0\n."), 1);
    assert.deepEqual(read("(F1.0\nF-0.0\nF1e300\nF1.5\nI1\nl.", true), [new Float(1), new Float(-0), 1e300, 1.5, 1]);
  });

  test("byte strings are copies of the input", () => {
    const pickle = Buffer.from("C\x01a.", "latin1");
    const { value } = decodePickle(pickle);
    pickle.fill(0);
    assert.deepEqual(value, Uint8Array.of(0x61));
    assert.equal((value as Uint8Array).buffer.byteLength, 1);
  });

  test("an input that is no Buffer is read too", () => {
    assert.deepEqual(decodePickle(new Uint8Array(Buffer.from("xK\x07.", "latin1")).subarray(1)).value, 7);
  });

  test("names are those of Python 2, so that writing them again suits every Python", () => {
    const names = {
      "builtins.KeyError": "exceptions.KeyError",
      "builtins.TimeoutError": "__builtin__.TimeoutError",
      "builtins.int": "__builtin__.long",
      "copyreg._x": "copy_reg._x",
      "exceptions.Exception": "exceptions.Exception",
      "queue.Empty": "queue.Empty",
    };
    for (const [sent, expected] of Object.entries(names)) {
      assert.equal(String(read(`c${sent.replace(".", "\n")}\n.`)), expected);
    }
  });

  test("a class reference of harm is data like any other, called or not", () => {
    const value = read("cos\nsystem\n(S'touch /tmp/owned'\ntR.");
    assert.deepEqual(value, Instance.call(new Global("os", "system"), "touch /tmp/owned"));
  });

  test("names such as __proto__ change nothing but the value that holds them", () => {
    const value = read("cshop\nOrder\n)\x81}(V__proto__\n}Vpolluted\nI1\nsVconstructor\nNub.") as Instance;
    assert.deepEqual([...value.fields.keys()], ["__proto__", "constructor"]);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});
