import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { findCut } from "../../src/json/cut.js";
import { decodeValue } from "../../src/json/decode.js";
import { encodeRest, encodeValue, type ValueLimits } from "../../src/json/encode.js";
import { fetchWhole } from "./fetched-value.js";
import { graph, tree } from "./random-value.js";
import { assertSameValue } from "./same-value.js";

const AMPLE: ValueLimits = { depth: 1_000, items: 1_000_000, bytes: 100_000_000 };

const limits: fc.Arbitrary<ValueLimits> = fc.record({
  depth: fc.integer({ min: 1, max: 8 }),
  items: fc.integer({ min: 1, max: 6 }),
  bytes: fc.integer({ min: 512, max: 3_000 }),
});

const decode = (text: string): unknown => decodeValue(JSON.parse(text), { maxDepth: 1_000 });

describe("any value", () => {
  test("comes back with its kinds, its order, its shared parts and its cycles, and is written again as the same text", () => {
    fc.assert(
      fc.property(graph, (value) => {
        const text = encodeValue(value, { limits: AMPLE });
        const decoded = decode(text);
        assertSameValue(decoded, value, { identity: true });
        assert.equal(encodeValue(decoded, { limits: AMPLE }), text);
      }),
      { numRuns: 2_000 },
    );
  });

  test("has a text that survives UTF-8", () => {
    fc.assert(
      fc.property(graph, (value) => {
        const text = encodeValue(value, { limits: AMPLE });
        assert.equal(Buffer.from(text).toString(), text);
      }),
    );
  });

  test("within any limits has a text that is valid, small enough, and refers only to what it has", () => {
    fc.assert(
      fc.property(graph, limits, (value, limits) => {
        const text = encodeValue(value, { limits, keep: () => 1_234_567_890 });
        assert.ok(Buffer.byteLength(text) <= limits.bytes, `${Buffer.byteLength(text)} bytes`);
        const decoded = decode(text);
        assert.equal(encodeValue(decoded, { limits: AMPLE }), text);
        return true;
      }),
      { numRuns: 3_000 },
    );
  });

  test("cut by any limits can be fetched piece by piece, and is then as it was", () => {
    fc.assert(
      fc.property(tree, limits, (value, limits) => {
        const kept: { value: unknown; from: number }[] = [];
        const keep = (value: unknown, from: number): number => kept.push({ value, from }) - 1;
        const check = (text: string): unknown => {
          assert.ok(Buffer.byteLength(text) <= limits.bytes, `${Buffer.byteLength(text)} bytes`);
          return decode(text);
        };
        const whole = fetchWhole(check(encodeValue(value, { limits, keep })), (handle) => {
          const { value, from } = kept[handle] as (typeof kept)[number];
          return check(encodeRest(value, from, { limits, keep }));
        });
        assertSameValue(whole, value, { identity: false });
      }),
      { numRuns: 2_000 },
    );
  });

  test("that is smaller than its limits is not cut", () => {
    fc.assert(
      fc.property(graph, (value) => {
        const text = encodeValue(value, { limits: AMPLE });
        // What is open needs room for its marks.
        const limits = { depth: 30, items: 1_000, bytes: text.length * 3 + 30 * 80 + 2_000 };
        assert.equal(encodeValue(value, { limits, keep: () => assert.fail("cut") }), text);
        assert.equal(findCut(decode(text)), undefined);
      }),
    );
  });
});
