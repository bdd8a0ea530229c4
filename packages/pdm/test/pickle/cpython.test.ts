import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as fc from "fast-check";
import { decodePickle } from "../../src/pickle/decode.js";
import { encodePickle } from "../../src/pickle/encode.js";
import { isTested, PYTHON2, PYTHON3 } from "../fixtures/python.js";
import { Oracle } from "./oracle.js";
import { pythonSource, pythonValue } from "./python-source.js";

const PYTHONS = [
  [3, PYTHON3],
  [2, PYTHON2],
] as const;

/** Values of classes, which come back equal after a way through JavaScript; from this Python and this protocol on. */
const RELAYED: readonly (readonly [python: number, protocol: number, source: string])[] = [
  [2, 0, "1+2j"],
  [2, 0, "1.0"],
  [2, 0, "[-0.0, float('nan'), float('inf')]"],
  [2, 0, "shop.Order(id=7, lines=[1, 2])"],
  [2, 0, "[shop.Order] * 3"],
  [2, 0, "shop.Point(1, u'two')"],
  [2, 0, "shop.Fields(a=1)"],
  [2, 0, "shop.Lines([1, 2])"],
  [2, 0, "{shop.Order(): 1, (1, shop.Point(1, 2)): 2}"],
  [2, 0, "set([shop.Point(1, 2)])"],
  [2, 0, "collections.OrderedDict([(u'b', 1), (u'a', 2)])"],
  [2, 0, "collections.defaultdict(list, {1: [2]})"],
  [2, 0, "collections.deque([1, 2], 5)"],
  [2, 0, "decimal.Decimal('1.50')"],
  [2, 0, "fractions.Fraction(1, 3)"],
  [2, 0, "uuid.UUID(int=7)"],
  [2, 0, "datetime.timedelta(1, 2, 3)"],
  [2, 0, "KeyError(u'x')"],
  [2, 0, "[Exception(), ValueError(u'a', 1), OSError(2, u'gone')]"],
  [3, 0, "UnicodeDecodeError('ascii', b'\\xff', 0, 1, 'x')"],
  [2, 0, "[int, str, list, set, range, len, getattr]"],
  [2, 0, "[b'\\xff' * 300, b'\\xff' * 300, bytearray(b'')]"],
  [3, 0, "[b'', b'abc', {b'a': 'a'}]"],
  [3, 3, "[TimeoutError('late'), ModuleNotFoundError('x', name='y'), StopAsyncIteration()]"],
  [3, 0, "datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)"],
  [3, 0, "[range(1, 9, 2), slice(1, 2), ..., NotImplemented, type(None)]"],
  [3, 0, "[shop.Outer.Inner, shop.Outer.Inner()]"],
  [3, 2, "shop.Keyword(id=7)"],
  [3, 0, "collections.Counter('abca')"],
];

/** From this protocol on: a graph, and the Python expression, of `v`, that must be true of it. */
const GRAPHS: readonly (readonly [protocol: number, source: string, check: string])[] = [
  [0, "shop.cycle([], lambda v: v.append(v))", "v[0] is v"],
  [0, "shop.cycle({}, lambda v: v.update({1: v}))", "v[1] is v"],
  [0, "shop.cycle(([],), lambda v: v[0].append(v))", "v[0][0] is v"],
  [0, "shop.cycle(([], 1, 2, 3), lambda v: v[0].append(v))", "v[0][0] is v"],
  [0, "shop.cycle(([], []), lambda v: [part.append(v) for part in v])", "v[0][0] is v and v[1][0] is v"],
  [0, "shop.cycle(shop.Order(), lambda v: setattr(v, 'me', v))", "v.me is v"],
  [0, "shop.cycle(shop.Order(), lambda v: setattr(v, 'all', [v, (v,)]))", "v.all[0] is v and v.all[1][0] is v"],
  [2, "shop.cycle(shop.Lines(), lambda v: v.append(v))", "v[0] is v"],
  [0, "(lambda x: [x, x, (x,), {1: x}])([])", "v[0] is v[1] is v[2][0] is v[3][1]"],
  [0, "(lambda x: [x, x])(set([1]))", "v[0] is v[1]"],
  [0, "(lambda x: [x, x])(bytearray(b'a'))", "v[0] is v[1]"],
];

for (const [major, python] of PYTHONS) {
  if (!isTested(python)) continue;
  describe(`CPython ${major}`, { skip: python.skip }, () => {
    const oracle = new Oracle(python.command);
    after(() => oracle.stop());
    const protocols = Array.from({ length: python.highestPickle + 1 }, (_, protocol) => protocol);

    test("loads what is written as the same value, of the same types", async () => {
      const property = fc.asyncProperty(pythonValue, async (value) => {
        await oracle.expectSame(encodePickle(value), pythonSource(value));
      });
      await fc.assert(property, { numRuns: 500, seed: 1 });
    });

    for (const protocol of protocols) {
      test(`writes protocol ${protocol}, which is read as the same value`, async () => {
        const property = fc.asyncProperty(pythonValue, async (value) => {
          const decoded = decodePickle(await oracle.dump(pythonSource(value), protocol), { exactFloats: true });
          assert.deepEqual(decoded.value, value);
          assert.equal(decoded.protocol, protocol < 2 ? 0 : protocol);
        });
        await fc.assert(property, { numRuns: 150, seed: protocol });
      });
    }

    test("gets back, by way of JavaScript, an equal value of any class", async () => {
      for (const [since, firstProtocol, source] of RELAYED) {
        if (since > major) continue;
        for (const protocol of protocols.slice(firstProtocol)) {
          const { value } = decodePickle(await oracle.dump(source, protocol), { exactFloats: true });
          await oracle.expectSame(encodePickle(value), source).catch((error: unknown) => {
            throw new Error(`protocol ${protocol}: ${source}`, { cause: error });
          });
        }
      }
    });

    test("gets back, by way of JavaScript, the same cycles and shared references", async () => {
      for (const [firstProtocol, source, check] of GRAPHS) {
        for (const protocol of protocols.slice(firstProtocol)) {
          const { value } = decodePickle(await oracle.dump(source, protocol));
          await oracle.expectTrue(encodePickle(value), check);
        }
      }
    });
  });
}
