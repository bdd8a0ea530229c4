import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeMeasured, decodeValue } from "../../src/json/decode.js";
import { encodeValue } from "../../src/json/encode.js";
import { JsonValueError } from "../../src/json/json-value-error.js";

const OPTIONS = { maxDepth: 200, maxNodes: 250_000, maxMs: 200 };

const read = (text: string): unknown => decodeValue(JSON.parse(text), OPTIONS);

const REFUSED: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["an unknown form", '{"a":[0,{"$new":1}]}', /^value\.a\[1\]: "\$new" is no form that is known here$/],
  ["a name of one $", '{"$":1}', /^value: "\$" is no form/],
  ["a form beside a name", '{"$bigint":"1","x":2}', /^value: "\$bigint" stands beside "x"$/],
  ["a form beside an escaped name", '{"$$x":2,"$bigint":"1"}', /^value: "\$bigint" stands beside "\$\$x"$/],
  ["a form beside a class", '{"$class":"A","$bigint":"1"}', /^value: "\$bigint" stands beside other names$/],
  ["a class that is no name", '{"$class":{}}', /^value: \$class needs a string$/],
  ["an unknown number", '{"$number":"1"}', /^value: \$number needs NaN/],
  ["a number that is one", '{"$number":1}', /^value: \$number needs/],
  ["a bigint as a number", '{"$bigint":1}', /^value: \$bigint needs/],
  ["a bigint of letters", '{"$bigint":"0x10"}', /^value: \$bigint needs/],
  ["a bigint of nothing", '{"$bigint":""}', /^value: \$bigint needs/],
  [
    "a bigint of too many digits",
    `{"$bigint":"${"9".repeat(100_002)}"}`,
    /^value: \$bigint needs at most 100000 digits/,
  ],
  [
    "a regular expression of too many characters",
    JSON.stringify({ $regexp: ["a".repeat(10_001), ""] }),
    /^value: \$regexp needs a source of at most 10000 characters/,
  ],
  ["an undefined that is false", '{"$undefined":false}', /^value: \$undefined needs true$/],
  ["a date that is none", '{"when":{"$date":"yesterday"}}', /^value\.when: \$date needs a date and time/],
  ["the 31st of February", '{"$date":"2026-02-31T25:00:00Z"}', /^value: \$date needs/],
  ["a date as a number", '{"$date":0}', /^value: \$date needs/],
  ["bytes of no base64", '{"$bytes":"A*=="}', /^value: \$bytes needs base64/],
  ["bytes without padding", '{"$bytes":"AQ"}', /^value: \$bytes needs base64/],
  ["bytes as a list", '{"$bytes":[1]}', /^value: \$bytes needs base64/],
  ["a typed array of a class that is none", '{"$typed":["Function",""]}', /^value: \$typed needs the name/],
  ["a typed array of a name that all objects have", '{"$typed":["constructor",""]}', /^value: \$typed needs the name/],
  ["a typed array of half an element", '{"$typed":["Float64Array","AQID"]}', /^value: \$typed needs base64/],
  ["a typed array alone", '{"$typed":"Float64Array"}', /^value: \$typed needs the name/],
  ["a Map that is an object", '{"$map":{}}', /^value: \$map needs a list/],
  ["a Map of keys alone", '{"$map":[["a",1],["b"]]}', /^value\[1\]: is no \[key, value\]$/],
  ["a Set that is an object", '{"$set":{}}', /^value: \$set needs a list/],
  ["an error that is a list", '{"$error":[]}', /^value: \$error needs an object/],
  ["an error with a name that is a number", '{"$error":{"name":1}}', /^value: \$error needs a name/],
  [
    "an error with a message that is a form",
    '{"$error":{"message":{"$bigint":"1"}}}',
    /^value: \$error needs a message/,
  ],
  ["an error with a form among its fields", '{"$error":{"$map":[]}}', /^value: "\$map" stands within \$error$/],
  ["a regular expression that is none", '{"$regexp":["(",""]}', /^value: \$regexp needs what this version/],
  ["flags that are none", '{"$regexp":["a","zz"]}', /^value: \$regexp needs what this version/],
  ["a function that is a form", '{"$function":{}}', /^value: \$function needs a string$/],
  ["a stream where none can be", '{"$stream":1}', /^value: is a stream, which cannot be here$/],
  ["a reference to nothing", '{"a":{"$ref":"/b"}}', /^value\.a: \$ref "\/b" leads to no object$/],
  ["a reference to itself", '{"$ref":""}', /^value: \$ref "" leads to no object$/],
  ["references to each other", '[{"$ref":"/1"},{"$ref":"/0"}]', /^value\[0\]: \$ref/],
  ["a reference to a string", '["a",{"$ref":"/0"}]', /^value\[1\]: \$ref/],
  ["a reference without a slash", '[[],{"$ref":"0"}]', /^value\[1\]: \$ref/],
  ["a reference to an item by another name", '[[],{"$ref":"/00"}]', /^value\[1\]: \$ref/],
  ["a reference to the length", '[[],{"$ref":"/length"}]', /^value\[1\]: \$ref/],
  ["a reference to what all objects have", '[{},{"$ref":"/0/__proto__"}]', /^value\[1\]: \$ref/],
  ["a reference to a constructor", '[{},{"$ref":"/0/constructor"}]', /^value\[1\]: \$ref/],
  ["a reference to a Map's list", '[{"$map":[]},{"$ref":"/0/$map"}]', /^value\[1\]: \$ref/],
  ["a reference to a Map's entry", '[{"$map":[[1,2]]},{"$ref":"/0/$map/0"}]', /^value\[1\]: \$ref/],
  ["a reference to an error's fields", '[{"$error":{}},{"$ref":"/0/$error"}]', /^value\[1\]: \$ref/],
  [
    "a reference to a mark's contents",
    '[{"a":1,"$cut":{"by":"items","left":1}},{"$ref":"/0/$cut"}]',
    /^value\[1\]: \$ref/,
  ],
  ["a reference that is no string", '{"$ref":["0"]}', /^value: \$ref needs a string$/],
  [
    "a rest that is missing in the middle",
    '[1,{"$cut":{"by":"items","left":1}},2]',
    /^value\[1\]: \$cut needs a kind, a text or bytes/,
  ],
  ["a cut by nothing", '{"$cut":{"kind":"array"}}', /^value: \$cut needs by/],
  ["a cut of nothing", '{"$cut":{"by":"depth"}}', /^value: \$cut needs a kind/],
  ["a cut that is a number", '{"$cut":1}', /^value: \$cut needs an object$/],
  [
    "a cut with a handle that is a fraction",
    '{"$cut":{"by":"depth","kind":"map","handle":0.5}}',
    /^value: \$cut needs size/,
  ],
  ["a cut with bytes that are none", '{"$cut":{"by":"bytes","bytes":"*","left":1}}', /^value: \$cut needs base64/],
  [
    "a Map of one too many",
    `{"$map":[${Array.from({ length: 90_000 }, (_, at) => `[${at},0]`).join()}]}`,
    /^value: has more than 250000/,
  ],
];

describe("what is no value", () => {
  for (const [what, text, message] of REFUSED) {
    test(`is refused with its place: ${what}`, () => {
      assert.throws(() => read(text), { name: "JsonValueError", code: "ERR_PDM_VALUE", message });
    });
  }
});

/** Of each way to nest: what opens and closes one level. */
const NESTINGS: readonly (readonly [what: string, opener: string, closer: string])[] = [
  ["arrays", "[", "]"],
  ["objects", '{"a":', "}"],
  ["instances", '{"$class":"A","a":', "}"],
  ["escaped names", '{"$$a":', "}"],
  ["keys of Maps", '{"$map":[[', ",1]]}"],
  ["values of Maps", '{"$map":[[1,', "]]}"],
  ["Sets", '{"$set":[', "]}"],
  ["causes of errors", '{"$error":{"cause":', "}}"],
];

describe("values within each other", () => {
  for (const [what, opener, closer] of NESTINGS) {
    test(`are read 200 deep, refused 201 and 10,000 deep: ${what}`, () => {
      read(opener.repeat(200) + "1" + closer.repeat(200));
      for (const depth of [201, 10_000]) {
        assert.throws(() => read(opener.repeat(depth) + "1" + closer.repeat(depth)), /nests deeper than 200$/);
      }
    });
  }

  test("an empty container adds nothing to the depth, as it is when written", () => {
    read(`${"[".repeat(201)}${"]".repeat(201)}`);
  });
});

test("keys chosen to collide are refused after the time that is allowed", { timeout: 60_000 }, () => {
  // Bigints that V8 hashes alike.
  const keys = Array.from({ length: 60_000 }, (_, at) => `[{"$bigint":"${(BigInt(at) << 64n) + 1n}"},0]`);
  const form: unknown = JSON.parse(`{"$map":[${keys.join()}]}`);
  assert.throws(
    () => decodeValue(form, { maxDepth: 10, maxMs: 20 }),
    /^JsonValueError: value: its keys of Maps .* took longer than 20 ms/,
  );
});

test(
  "regular expressions that take long to be made are refused after the time that is allowed",
  { timeout: 60_000 },
  () => {
    // Each character class is looked up in the tables of Unicode, with all its other cases.
    const source = String.raw`\p{Lu}`.repeat(1_000);
    const form = Array.from({ length: 1_000 }, () => ({ $regexp: [source, "iu"] }));
    assert.throws(
      () => decodeValue(form, { maxDepth: 10, maxMs: 20 }),
      /^JsonValueError: value: .* regular expressions took longer than 20 ms/,
    );
  },
);

describe("names that mean something to JavaScript", () => {
  test("are names like any other, in every kind of object", () => {
    const fields = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"then":1,"toJSON":2';
    const text = `[{${fields}},{"$class":"A",${fields}},{"$$x":1,${fields}},{"$error":{"name":"Error","message":"",${fields}}}]`;
    const objects = read(text) as object[];
    for (const object of objects) {
      assert.deepEqual(Object.getOwnPropertyDescriptor(object, "__proto__"), {
        value: { polluted: 1 },
        writable: true,
        enumerable: true,
        configurable: true,
      });
      assert.equal((object as { polluted?: unknown }).polluted, undefined);
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.equal(encodeValue(objects, { limits: { depth: 9, items: 99, bytes: 9_999 } }), text);
  });

  test("do not run a setter of an error", () => {
    const error = read('{"$error":{"name":"X","message":"m","stack":"s","code":1,"cause":{"a":1}}}') as Error;
    assert.ok(error instanceof Error);
    assert.equal(String(error), "X: m");
    assert.equal(error.stack, "X: m");
    assert.deepEqual(Object.keys(error), ["code"]);
    assert.deepEqual(error.cause, { a: 1 });
  });
});

test("what was cut is refused where it must be whole", () => {
  for (const text of ['{"$cut":{"by":"depth","kind":"map","size":2}}', '[1,{"$cut":{"by":"items","left":3}}]']) {
    assert.throws(
      () => decodeValue(JSON.parse(text), { ...OPTIONS, refuseCuts: true }),
      /was cut, and cannot be sent back$/,
    );
  }
});

test("the memory that is estimated is at least what small containers take", () => {
  const estimate = (text: string): number => decodeMeasured(JSON.parse(text), OPTIONS).memoryBytes;
  assert.ok(estimate(`[${"[],".repeat(9_999)}[]]`) >= 10_000 * 40);
  assert.ok(estimate(`[${'{"$map":[]},'.repeat(9_999)}1]`) >= 10_000 * 200);
  assert.ok(estimate(JSON.stringify("x".repeat(1_000))) >= 1_000);
});

test("an error of reading is of one class, whatever was wrong", () => {
  assert.throws(() => read('{"$x":1}'), JsonValueError);
});
