import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { classNameOf } from "../../src/json/marks.js";
import { Cut, findCut } from "../../src/json/cut.js";
import { decodeValue } from "../../src/json/decode.js";
import { type EncodeOptions, encodeRest, encodeValue } from "../../src/json/encode.js";
import { Placeholder } from "../../src/json/placeholder.js";

const AMPLE = { depth: 100, items: 100_000, bytes: 1_000_000 };

const write = (value: unknown, options: Partial<EncodeOptions> = {}): string =>
  encodeValue(value, { limits: AMPLE, ...options });
const read = (text: string): unknown =>
  decodeValue(JSON.parse(text), { maxDepth: 100, openStream: (id) => `stream ${id}` });

class Product {
  readonly sku: string;
  readonly price: unknown;

  constructor(sku: string, price: unknown) {
    this.sku = sku;
    this.price = price;
  }

  get total(): number {
    throw new Error("a getter of the class is no field");
  }

  toJSON(): never {
    throw new Error("not to be called");
  }
}

/** What no row of the page shows. */
const FORMS: readonly (readonly [what: string, value: unknown, text: string])[] = [
  ["the largest and smallest numbers", [1.7976931348623157e308, 5e-324], "[1.7976931348623157e+308,5e-324]"],
  ["many numbers among others", [1, 2, 3, 4, 5, "x", 6, -0, 7], '[1,2,3,4,5,"x",6,{"$number":"-0"},7]'],
  ["control characters and quotes", 'a"\\\n\u0000', '"a\\"\\\\\\n\\u0000"'],
  ["lone surrogates", ["\ud800", "x\udfff", "\u{1f600}"], '["\\ud800","x\\udfff","\u{1f600}"]'],
  ["a hole", Object.assign(Array.from({ length: 1 }), { length: 2 }), '[{"$undefined":true},{"$undefined":true}]'],
  ["a boxed primitive", [Object(1), Object("a"), Object(1n), Object(true)], '[1,"a",{"$bigint":"1"},true]'],
  ["an object without a prototype", Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
  ["an object made from a plain one", Object.create({ inherited: 1 }), "{}"],
  ["an instance with fields", new Product("x", { $: 1 }), '{"$class":"Product","sku":"x","price":{"$$":1}}'],
  [
    "an instance of a class without a name",
    new (class {
      a = 1;
    })(),
    '{"$class":"","a":1}',
  ],
  ["a promise", Promise.resolve(1), '{"$class":"Promise"}'],
  ["a class", Product, '{"$function":"Product"}'],
  ["a symbol without a description", Symbol.iterator, '{"$symbol":"Symbol.iterator"}'],
  ["a Buffer", Buffer.from("hi"), '{"$bytes":"aGk="}'],
  ["a part of a buffer", new Uint16Array(new Uint16Array([1, 2, 3]).buffer, 2, 1), '{"$typed":["Uint16Array","AgA="]}'],
  ["a buffer", new Uint8Array([1]).buffer, '{"$typed":["ArrayBuffer","AQ=="]}'],
  ["shared memory", new SharedArrayBuffer(1), '{"$typed":["SharedArrayBuffer","AA=="]}'],
  ["a view", new DataView(new ArrayBuffer(1)), '{"$typed":["DataView","AA=="]}'],
  ["the same string twice", ["text", "text"], '["text","text"]'],
  [
    "the same date twice",
    ((date) => [date, date])(new Date(0)),
    '[{"$date":"1970-01-01T00:00:00.000Z"},{"$ref":"/0"}]',
  ],
  [
    "a reference past names that need escapes",
    ((shared) => ({ "$a/~": [shared], b: shared }))({}),
    '{"$$a/~":[{}],"b":{}}',
  ],
  [
    "a reference to what holds something",
    ((shared) => ({ "$a/~": [shared], b: shared }))([1]),
    '{"$$a/~":[[1]],"b":{"$ref":"/$$a~1~0/0"}}',
  ],
  [
    "a reference into a Map, a Set and an error",
    ((key, item, cause) => [
      new Map([[1, new Map([[key, new Set([item])]])]]),
      Object.assign(new Error("e", { cause }), { key, item, cause2: cause }),
    ])([1], [2], [3]),
    '[{"$map":[[1,{"$map":[[[1],{"$set":[[2]]}]]}]]},{"$error":{"name":"Error","message":"e","cause":[3],"key":{"$ref":"/0/$map/0/1/$map/0/0"},"item":{"$ref":"/0/$map/0/1/$map/0/1/$set/0"},"cause2":{"$ref":"/1/$error/cause"}}}]',
  ],
  [
    "an error of several",
    new AggregateError([new TypeError("a")], "all"),
    '{"$error":{"name":"AggregateError","message":"all","errors":[{"$error":{"name":"TypeError","message":"a"}}]}}',
  ],
  [
    "an error with fields, and no stack",
    Object.assign(new Error("no"), { stack: "at secret", $a: undefined }),
    '{"$error":{"name":"Error","message":"no","$$a":{"$undefined":true}}}',
  ],
];

describe("a value is written in the form of the page", () => {
  for (const [what, value, text] of FORMS) {
    test(`${what}, and again after it was read`, () => {
      assert.equal(write(value), text);
      assert.equal(write(read(text)), text);
    });
  }
});

describe("what the service's code says", () => {
  test("getters run once each, in order, and toJSON does not run", () => {
    const ran: string[] = [];
    const value = {
      get a() {
        ran.push("a");
        return { toJSON: undefined, b: 1 };
      },
      get c() {
        ran.push("c");
        return [1, 2, 3, 4];
      },
    };
    const array = [1, 2, 3, 4, 5];
    Object.defineProperty(array, 2, { get: () => ran.push("2"), enumerable: true });
    assert.equal(write([value, array]), '[{"a":{"toJSON":{"$undefined":true},"b":1},"c":[1,2,3,4]},[1,2,3,4,5]]');
    assert.deepEqual(ran, ["a", "c", "2"]);
  });

  test("a toJSON of all arrays or objects does not run, and what all objects inherit is no field", () => {
    const prototypes = [Object.prototype, Array.prototype, Number.prototype] as { toJSON?: unknown }[];
    try {
      for (const prototype of prototypes) prototype.toJSON = () => assert.fail("toJSON ran");
      assert.equal(write({ a: [1, 2, 3, 4, 5, 6] }), '{"a":[1,2,3,4,5,6]}');
      assert.deepEqual(Object.keys(read('{"a":{"b":1}}') as object), ["a"]);
    } finally {
      for (const prototype of prototypes) delete prototype.toJSON;
    }
  });

  test("an iterator of a subclass does not run", () => {
    class Loud extends Map<unknown, unknown> {
      override get size(): never {
        throw new Error("not to be read");
      }
      override [Symbol.iterator](): never {
        throw new Error("not to be called");
      }
      override entries(): never {
        throw new Error("not to be called");
      }
    }
    const map = new Loud();
    map.set(1, 2);
    assert.equal(write(map), '{"$map":[[1,2]]}');
  });

  test("a Map that loses entries while it is written has no mark for them", () => {
    const map = new Map<unknown, unknown>([
      [
        1,
        {
          get a() {
            return map.clear();
          },
        },
      ],
      [2, 3],
    ]);
    assert.equal(write(map), '{"$map":[[1,{"a":{"$undefined":true}}]]}');
  });

  test("what getters and proxies throw passes through", () => {
    const error = new Error("mine");
    const fail = (): never => {
      throw error;
    };
    const values: unknown[] = [
      Object.defineProperty({}, "a", { get: fail, enumerable: true }),
      new Proxy({}, { ownKeys: fail }),
      new Proxy([1], { get: fail }),
      new Proxy(new Map(), { getPrototypeOf: fail }),
      Object.defineProperty(new Error("e"), "message", { get: fail }),
    ];
    for (const value of values) assert.throws(() => write([value]), error);
  });

  test("a proxy that makes things up is written as what it shows, however much that is", () => {
    const endless = new Proxy([], { get: (_, name) => (name === "length" ? Number.POSITIVE_INFINITY : 1) });
    assert.equal(write(endless), "[]");
    const bottomless: object = new Proxy({}, { getPrototypeOf: () => bottomless });
    assert.equal(write(bottomless), '{"$class":""}');
    assert.equal(write(new Proxy(new Map([[1, 2]]), {})), '{"$class":"Map"}');
  });
});

describe("replacements and streams", () => {
  test("another value takes an object's place, also for what refers to it; parts are replaced too, the replacement is not", () => {
    const product = new Product("x", 1);
    const replace = (object: object): unknown => {
      if (object === product) return { self: product, inner: new Product("y", 2) };
      return object instanceof Product ? new Product(`new ${object.sku}`, 3) : undefined;
    };
    assert.equal(
      write([product, product], { replace }),
      '[{"self":{"$ref":"/0"},"inner":{"$class":"Product","sku":"new y","price":3}},{"$ref":"/0"}]',
    );
    assert.equal(write([new Product("", 0), new Product("", 0)], { replace: () => 7 }), "[7,7]");
  });

  test("an async iterable is a stream where one can be opened", () => {
    async function* letters(): AsyncGenerator<string> {
      yield "a";
    }
    const source = letters();
    assert.equal(write({ a: source, b: source }, { openStream: () => 5 }), '{"a":{"$stream":5},"b":{"$ref":"/a"}}');
    assert.equal(write({ [Symbol.asyncIterator]: letters }, { openStream: () => 5 }), '{"$stream":5}');
    assert.match(write(source, { openStream: () => undefined }), /^\{"\$class":/);
    assert.equal(read('{"$stream":5}'), "stream 5");
  });
});

describe("limits", () => {
  const limit = (value: unknown, limits: Partial<typeof AMPLE>, keep?: EncodeOptions["keep"]): string =>
    write(value, { limits: { ...AMPLE, ...limits }, keep });

  const CUTS: readonly (readonly [what: string, text: string, expected: string])[] = [
    [
      "depth, of an array",
      limit([[1], [[2]]], { depth: 2 }),
      '[[1],[{"$cut":{"by":"depth","kind":"array","size":1}}]]',
    ],
    [
      "depth, of an object",
      limit({ a: { b: 1 } }, { depth: 1 }),
      '{"a":{"$cut":{"by":"depth","kind":"object","size":1}}}',
    ],
    ["depth, of all", limit(new Map([[1, 2]]), { depth: 0 }), '{"$cut":{"by":"depth","kind":"map","size":1}}'],
    [
      "depth, not of what is empty",
      limit([[], {}, new Set(), new Product("", 0)], { depth: 1 }),
      '[[],{},{"$set":[]},{"$cut":{"by":"depth","kind":"object","size":2}}]',
    ],
    ["items of an array", limit([1, 2, 3], { items: 2 }, () => 5), '[1,2,{"$cut":{"by":"items","left":1,"handle":5}}]'],
    ["items of an object", limit({ a: 1, b: 2 }, { items: 1 }), '{"a":1,"$cut":{"by":"items","left":1}}'],
    [
      "items of a Map",
      limit(
        new Map([
          [1, 2],
          [3, 4],
        ]),
        { items: 1 },
      ),
      '{"$map":[[1,2],{"$cut":{"by":"items","left":1}}]}',
    ],
    ["items of a Set", limit(new Set([1, 2]), { items: 1 }), '{"$set":[1,{"$cut":{"by":"items","left":1}}]}'],
    [
      "items of an instance",
      limit(new Product("a", 1), { items: 1 }),
      '{"$class":"Product","sku":"a","$cut":{"by":"items","left":1}}',
    ],
    [
      "a shared part where it is cut first",
      limit(((a) => [[[a]], a])([1]), { depth: 3 }),
      '[[[{"$cut":{"by":"depth","kind":"array","size":1}}]],[1]]',
    ],
    [
      "characters of a regular expression",
      limit(new RegExp("a".repeat(10_001)), {}),
      '{"$cut":{"by":"bytes","kind":"regexp"}}',
    ],
    ["digits", limit(10n ** 200_000n, {}), '{"$cut":{"by":"bytes","kind":"bigint"}}'],
  ];
  for (const [what, text, expected] of CUTS) {
    test(`${what}: what is cut is marked, and the mark is read and written again`, () => {
      assert.equal(text, expected);
      assert.equal(write(read(text)), expected);
    });
  }

  test("bytes: a string is cut between characters, and comes whole in pieces", () => {
    const text = "\u{1f600}".repeat(500);
    const cut = findCut(read(limit(text, { bytes: 600 })));
    assert.ok(cut instanceof Cut && typeof cut.part === "string");
    assert.equal(cut.part.length % 2, 0);
    assert.equal(cut.part.length + (cut.left ?? 0), 1_000);
    assert.equal(read(encodeRest(text, cut.part.length, { limits: AMPLE })), text.slice(cut.part.length));
  });

  test("bytes: of a long message there is the first part, and the rest has it whole", () => {
    const error = Object.assign(new Error("m".repeat(2_000)), { code: "E" });
    const kept: unknown[] = [];
    const decoded = read(limit(error, { bytes: 600 }, (...rest) => kept.push(...rest))) as Error;
    assert.match(decoded.message, /^m{100,600}$/);
    assert.equal(findCut(decoded)?.left, 2);
    assert.deepEqual(kept, [error, 1]);
    assert.deepEqual(read(encodeRest(error, 1, { limits: AMPLE })), { message: error.message, code: "E" });
  });

  test("bytes: nothing is read for which there is no room", () => {
    let count = 0;
    const item = {
      get a() {
        return "x".repeat(++count && 100);
      },
    };
    limit(
      Array.from({ length: 100_000 }, () => Object.create(item, Object.getOwnPropertyDescriptors(item)) as object),
      { bytes: 10_000 },
    );
    assert.ok(count > 50 && count <= 100, `${count} getters ran`);
  });

  test("fewer bytes than the least count as the least", () => {
    const text = limit(
      Array.from({ length: 1_000 }, () => 7),
      { bytes: 1 },
    );
    assert.ok(text.length > 250 && text.length <= 512);
  });

  test("what keep throws passes through, so a caller that needs all can refuse", () => {
    const error = new Error("too large");
    assert.throws(
      () =>
        limit([1, 2], { items: 1 }, () => {
          throw error;
        }),
      error,
    );
  });

  test("a rest refers to itself only where it has what is referred to", () => {
    const array: unknown[] = [1, 2, 3];
    array.push(array);
    assert.equal(encodeRest(array, 2, { limits: AMPLE }), '[3,[1,2,3,{"$ref":"/1"}]]');
    assert.equal(encodeRest(array, 9, { limits: AMPLE }), "[]");
    assert.equal(
      encodeRest(new Float64Array([1, 2]), 9, { limits: AMPLE }),
      '{"$typed":["Float64Array","AAAAAAAAAEA="]}',
    );
    assert.equal(encodeRest(7, 0, { limits: AMPLE }), "7");
  });
});

test("what was read says what it was, where JavaScript has no form for it", () => {
  const [product, callable, plain] = read(write([new Product("a", 1), function refill() {}, {}])) as [
    object,
    Placeholder,
    object,
  ];
  assert.equal(classNameOf(product), "Product");
  assert.equal(Object.getPrototypeOf(product), Object.prototype);
  assert.ok(callable instanceof Placeholder);
  assert.deepEqual(Object.entries(callable), [
    ["kind", "function"],
    ["name", "refill"],
  ]);
  assert.equal(classNameOf(plain), undefined);
  assert.equal(findCut(plain), undefined);
});

test("a cut that somebody made up is written as valid JSON within the limits", () => {
  const made = [
    new Cut({ by: 'x"' as "depth", kind: '"}]', size: Number.NaN, handle: 0.5 }),
    new Cut({ by: "bytes", part: "x".repeat(2_000), left: 1, handle: 5 }),
    new Cut({ by: "bytes", kind: "a".repeat(5_000), part: new Uint8Array(2_000), left: 1, handle: 5 }),
  ];
  for (const cut of made) {
    const text = write([cut], { limits: { ...AMPLE, bytes: 1_000 } });
    assert.ok(text.length <= 1_000);
    const [decoded] = read(text) as [Cut];
    assert.equal(decoded.left, cut.part && cut.part.length + 1 - (decoded.part?.length ?? 0));
    assert.equal(decoded.handle, undefined);
  }
});
