import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/limits.js";
import { decodePickle } from "../../src/pickle/decode.js";
import { encodePickle } from "../../src/pickle/encode.js";
import { PickleError, type PickleLimits } from "../../src/pickle/pickle-error.js";
import { VECTORS } from "./vectors.js";

/** A pickle as characters U+0000 to U+00FF. */
const read = (pickle: string, limits: PickleLimits = DEFAULT_LIMITS): unknown =>
  decodePickle(Buffer.from(pickle, "latin1"), { limits }).value;

/** Random numbers from 0 up to below a limit; the same at each run. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const MALFORMED: readonly (readonly [what: string, pickle: string])[] = [
  ["nothing", ""],
  ["only STOP", "."],
  ["no STOP", "N"],
  ["bytes after STOP", "N.N"],
  ["two values at STOP", "NN."],
  ["a mark left at STOP", "N(."],
  ["an unknown opcode", "\xff."],
  ["an unknown protocol", "\x80\x06N."],
  ["a frame beyond the end", "\x95\x05\0\0\0\0\0\0\0N."],
  ["a frame of 2**63 bytes", "\x95\0\0\0\0\0\0\0\x80N."],
  ["TUPLE2 of one value", "N\x86."],
  ["a value from below the mark", "N(\x851."],
  ["DUP of nothing", "2."],
  ["DUP from below the mark", "N(21."],
  ["POP of nothing", "0."],
  ["PUT of nothing", "p0\n."],
  ["TUPLE without a mark", "Nt."],
  ["APPENDS without a mark", "]Ne."],
  ["a memo entry that is not there", "h\x05."],
  ["a memo index that is no number", "]p-1\n."],
  ["APPEND to None", "NNa."],
  ["APPEND to a tuple", ")Na."],
  ["APPENDS to a dict", "}(Ne."],
  ["SETITEM on a list", "]NNs."],
  ["SETITEMS with a key alone", "}(Nu."],
  ["DICT with a key alone", "(Nd."],
  ["ADDITEMS to a list", "](N\x90."],
  ["ADDITEMS to a frozenset", "(\x91(N\x90."],
  ["BUILD of a list", "]}b."],
  ["BUILD twice", "ca\nb\n)\x81}b}b."],
  ["REDUCE of a number", "K\x01)R."],
  ["REDUCE with a list", "ca\nb\n]R."],
  ["NEWOBJ of None", "N)\x81."],
  ["NEWOBJ_EX with a list", "ca\nb\n)]\x92."],
  ["OBJ of nothing", "(o."],
  ["STACK_GLOBAL of numbers", "K\x01K\x02\x93."],
  ["INT of letters", "I0x10\n."],
  ["INT of nothing", "I\n."],
  ["FLOAT of letters", "Fnine\n."],
  ["STRING without quotes", "Sabc\n."],
  ["STRING with one quote", "S'\n."],
  ["STRING that ends in a backslash", "S'\\'\n."],
  ["STRING with half an escape", "S'\\x4'\n."],
  ["UNICODE with half an escape", "V\\u12\n."],
  ["UNICODE beyond the last character", "V\\U00110000\n."],
  ["text that is no UTF-8", "X\x01\0\0\0\xff."],
  ["text with an overlong character", "X\x02\0\0\0\xc0\x80."],
  ["text that ends within a character", "X\x02\0\0\0\xe2\x82."],
  ["bytes from a character beyond U+00FF", "c_codecs\nencode\n(V\\u20ac\nVlatin1\ntR."],
];

const FORBIDDEN = {
  EXT1: "\x82\x01",
  EXT2: "\x83\x01\0",
  EXT4: "\x84\x01\0\0\0",
  PERSID: "Px\n",
  BINPERSID: "NQ",
  NEXT_BUFFER: "\x97",
  READONLY_BUFFER: "N\x98",
};

/** Bombs: a few bytes, or as many as a frame may have. */
const BOMBS: readonly (readonly [limit: keyof PickleLimits, what: string, pickle: string])[] = [
  ["stringBytes", "BINUNICODE of 4 GB", "X\xff\xff\xff\xff"],
  ["stringBytes", "BINUNICODE8 of 2**64-1 bytes", `\x8d${"\xff".repeat(8)}`],
  ["stringBytes", "BINSTRING of 4 GB", "T\xff\xff\xff\xff"],
  ["stringBytes", "BINBYTES of 4 GB", "B\xff\xff\xff\xff"],
  ["stringBytes", "BYTEARRAY8 of 2**64-1 bytes", `\x96${"\xff".repeat(8)}`],
  ["integerBytes", "LONG4 of 4 GB", "\x8b\xff\xff\xff\xff"],
  ["integerBytes", "LONG of many digits", `L${"9".repeat(100_000)}L\n.`],
  ["integerBytes", "LONG4 of many bytes", `\x8b\x10\x27\0\0${"\x7f".repeat(10_000)}.`],
  ["pickleMemo", "LONG_BINPUT 0xffffffff", "]r\xff\xff\xff\xff."],
  ["pickleMemo", "PUT of fifteen digits", "]p999999999999999\n."],
  ["pickleMemo", "a memo entry for each byte", `]${"\x94".repeat(200_000)}.`],
  ["pickleMemoryBytes", "a list for each byte", `(${"]".repeat(1_000_000)}l.`],
  ["pickleMemoryBytes", "a dict for each byte", `(${"}".repeat(1_000_000)}l.`],
  ["pickleMemoryBytes", "a set for each byte", `(${"\x8f".repeat(1_000_000)}l.`],
  ["pickleMemoryBytes", "a mark for each byte", `${"(".repeat(2_000_000)}.`],
  ["pickleMemoryBytes", "a copy for each byte", `N${"2".repeat(2_000_000)}.`],
  ["pickleMemoryBytes", "byte strings of one byte", `(${"C\x01a".repeat(100_000)}l.`],
  [
    "pickleMemoryBytes",
    "sets from one memoised list",
    `c__builtin__\nset\nq\x000](${"N".repeat(9_999)}eq\x010(${"h\x00h\x01\x85R".repeat(9_999)}l.`,
  ],
  [
    "pickleMemoryBytes",
    "arguments copied from one memoised tuple",
    `ccopy_reg\n__newobj__\nq\x00(ca\nb\n${"N".repeat(50_000)}tq\x010(${"h\x00h\x01R".repeat(100)}l.`,
  ],
  ["pickleDepth", "lists in lists", `${"]".repeat(201)}${"a".repeat(200)}.`],
  ["pickleDepth", "tuples in tuples", `N${"\x85".repeat(100_000)}.`],
  ["pickleDepth", "lists in lists, the outermost first", `]q\x002${"]q\x01ah\x01".repeat(300)}${"0".repeat(301)}.`],
  ["pickleDepth", "calls of calls", `ca\nb\n${")R".repeat(300)}.`],
  ["pickleDepth", "instances within each other's items", `${"ca\nb\n)\x81".repeat(150)}${"a".repeat(149)}.`],
];

/** Bigints that V8 hashes alike, so that each takes long to find its place: in each way that keys go into something. */
const COLLIDING_KEYS: readonly (readonly [what: string, pickle: string])[] = [
  ["DICT", `(${collidingBigints("N")}d.`],
  ["SETITEM", `}${collidingBigints("Ns")}.`],
  ["SETITEMS", `}(${collidingBigints("N")}u.`],
  ["ADDITEMS", `\x8f(${collidingBigints("")}\x90.`],
  ["FROZENSET", `(${collidingBigints("")}\x91.`],
  ["a call of set", `c__builtin__\nset\n](${collidingBigints("")}e\x85R.`],
];

describe("hostile pickles", () => {
  for (const [what, pickle] of MALFORMED) {
    test(`${what} is malformed`, () =>
      assert.throws(() => read(pickle), { name: "PickleError", code: "ERR_PDM_PICKLE" }));
  }

  for (const [opcode, pickle] of Object.entries(FORBIDDEN)) {
    test(`${opcode} is forbidden, and the error says so`, () => {
      assert.throws(() => read(`${pickle}.`), { code: "ERR_PDM_PICKLE_FORBIDDEN", message: new RegExp(`${opcode} `) });
    });
  }

  for (const [limit, what, pickle] of BOMBS) {
    test(`${what} ends at limits.${limit}`, () => {
      assert.throws(() => read(pickle), { code: "ERR_PDM_PICKLE_LIMIT", message: new RegExp(`limits\\.${limit} `) });
    });
  }

  test("a length beyond the input takes no memory, whatever the limit", () => {
    const limits = { ...DEFAULT_LIMITS, stringBytes: 2 ** 31 - 1, integerBytes: 2 ** 31 - 1 };
    const before = process.memoryUsage().arrayBuffers;
    for (const opcode of ["X", "T", "B", "\x8b"]) {
      assert.throws(() => read(`${opcode}\xff\xff\xff\x7f`, limits), { code: "ERR_PDM_PICKLE" });
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_048_576);
  });

  test("depth counts the longest way, not the first one found", () => {
    // A list that holds each of a chain's links, the last one first.
    const links = 250;
    const chain = Array.from({ length: links }, (_, index) => `]r${uint32(index + 1)}0`).join("");
    const joins = Array.from({ length: links - 1 }, (_, index) => `j${uint32(index + 1)}j${uint32(index + 2)}a0`).join(
      "",
    );
    const all = Array.from({ length: links }, (_, index) => `j${uint32(links - index)}`).join("");
    assert.throws(() => read(`${chain}${joins}(${all}l.`), { message: /limits\.pickleDepth/ });
  });

  for (const [what, pickle] of COLLIDING_KEYS) {
    test(`${what} with keys that collide ends at limits.pickleMs`, () => {
      const limits = { ...DEFAULT_LIMITS, pickleMs: 20 };
      assert.throws(() => read(pickle, limits), { code: "ERR_PDM_PICKLE_LIMIT", message: /limits\.pickleMs / });
    });
  }

  test("a dict with many honest numbers as keys is read", () => {
    const integers = Array.from({ length: 50_000 }, (_, index) => 1_700_000_000 + 7 * index);
    for (const keys of [integers, integers.map((key) => key / 8)]) {
      const value = new Map(keys.map((key) => [key, null]));
      assert.deepEqual(decodePickle(encodePickle(value)).value, value);
    }
  });

  test("a long line that is no number is refused in linear time", () => {
    const limits = { ...DEFAULT_LIMITS, integerBytes: 2_000_000 };
    assert.throws(() => read(`F${"1".repeat(1_000_000)}x\n.`, limits), { code: "ERR_PDM_PICKLE" });
  });

  test("a cycle is no depth, and many containers side by side are none", () => {
    const value = read(`](${"]".repeat(1_000)}eq\x00h\x00a.`) as unknown[];
    assert.equal(value.length, 1_001);
    assert.equal(value[1_000], value);
  });

  test("a pickle cut off anywhere is a PickleError", () => {
    for (const { pickle, title } of VECTORS) {
      for (let length = 0; length < pickle.length; length++) {
        assert.throws(() => decodePickle(pickle.subarray(0, length)), PickleError, `${title}, ${length} bytes`);
      }
    }
  });

  test("random changes give a value that can be written, or a PickleError", () => {
    const random = createRandom(1);
    let readable = 0;
    for (let round = 0; round < 30_000; round++) {
      const vector = VECTORS[random(VECTORS.length)];
      assert.ok(vector);
      const pickle = Buffer.from(vector.pickle);
      for (let change = random(3); change >= 0; change--) pickle[random(pickle.length)] = random(256);
      try {
        const { value } = decodePickle(pickle);
        readable++;
        encodePickle(value);
      } catch (error) {
        if (!(error instanceof PickleError))
          throw new Error(`${vector.title}: ${pickle.toString("hex")}`, { cause: error });
      }
    }
    assert.ok(readable > 1_000);
  });

  test("random opcodes give a value that can be written, or a PickleError", () => {
    const random = createRandom(2);
    const alphabet = [
      ...Array.from("NN]]}})))"),
      ...Array.from("(02NKRab]ltdsue}o)1"),
      "h\0",
      "q\0",
      "ca\nb\n",
      "\x81",
      "\x85",
      "\x86",
      "\x8f",
      "\x90",
      "\x91",
      "\x92",
      "\x94",
      "K\x01",
    ];
    let readable = 0;
    for (let round = 0; round < 30_000; round++) {
      let program = "";
      for (let count = 2 + random(10); count > 0; count--) program += alphabet[random(alphabet.length)] ?? "";
      try {
        const value = read(`${program}.`);
        readable++;
        encodePickle(value);
      } catch (error) {
        if (!(error instanceof PickleError)) throw new Error(JSON.stringify(program), { cause: error });
      }
    }
    assert.ok(readable > 200, `only ${readable} were readable`);
  });
});

function uint32(value: number): string {
  return String.fromCharCode(value & 0xff, value >> 8, 0, 0);
}

/** 2**64 × 1, 2, 3…: only the low 64 bits are hashed. Each is followed by what makes it a key. */
function collidingBigints(after: string): string {
  const count = 20_000;
  return Array.from({ length: count }, (_, index) => `\x8a\x0c${"\0".repeat(8)}${uint32(index + 1)}${after}`).join("");
}
