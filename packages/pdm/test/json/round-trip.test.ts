import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeValue } from "../../src/json/decode.js";
import { encodeValue } from "../../src/json/encode.js";

const LIMITS = { depth: 100, items: 10_000, bytes: 1_000_000 };

test("a value with every kind of part and cycles comes back as it was", () => {
  const shared = { a: 1 };
  const value: Record<string, unknown> = {
    numbers: [1, -0, Number.NaN, 1e300, Number.POSITIVE_INFINITY, 12n],
    $price: "x",
    $$: "\ud800",
    list: [shared, shared, undefined, null, true],
    map: new Map<unknown, unknown>([
      [shared, new Set([1, shared])],
      ["a/b~c", new Date(0)],
    ]),
    bytes: new Uint8Array([1, 2, 3]),
    floats: new Float64Array([1.5, -0]),
    error: new TypeError("no", { cause: shared }),
    regexp: /a\/b/giu,
  };
  value["self"] = value;
  (value["map"] as Map<unknown, unknown>).set(value["map"], value["error"]);
  Object.defineProperty(value, "__proto__", { value: { x: 1 }, enumerable: true, configurable: true, writable: true });
  const text = encodeValue(value, { limits: LIMITS });
  const decoded = decodeValue(JSON.parse(text), { maxDepth: 100 });
  assert.deepStrictEqual(decoded, value);
  assert.equal(encodeValue(decoded, { limits: LIMITS }), text);
});
