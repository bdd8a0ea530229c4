import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { decodePickle } from "../../src/pickle/decode.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const ABOUT_1_MB = 1_048_000;

/** One value, often, in a list. */
const many = (value: string, count: number, head = ""): string => `${head}(${value.repeat(count)}l.`;

const text = (utf8: string): string => {
  const { length } = utf8;
  return `X${String.fromCharCode(length & 0xff, (length >> 8) & 0xff, length >> 16, 0)}${utf8}.`;
};

/** What holds the most memory for what it is charged, as characters U+0000 to U+00FF. */
const DENSE: readonly (readonly [what: string, pickle: string])[] = [
  ["lone surrogates", text("\xed\xa0\x80".repeat(ABOUT_1_MB / 3))],
  ["lone surrogates between letters", text("a\xed\xa0\x80".repeat(ABOUT_1_MB / 4))],
  ["replacement characters", text("\xef\xbf\xbd".repeat(ABOUT_1_MB / 3))],
  ["raw unicode escapes", `V${"\\u0141".repeat(ABOUT_1_MB / 6)}\n.`],
  ["backslashes that escape nothing", `V${"\\a".repeat(ABOUT_1_MB / 2)}\n.`],
  ["string escapes", `S'${"\\n".repeat(ABOUT_1_MB / 2)}'\n.`],
  ["short strings", many("U\x02ab", 200_000)],
  ["short byte strings", many("C\x01a", 50_000)],
  ["bigints", many("\x8a\x09abcdefghi", 90_000)],
  ["floats", many("G\x3f\xf1abcdef", 110_000)],
  ["empty lists", many("]", 250_000)],
  ["lists of one element, appended", many("]Na", 60_000)],
  ["lists of one element that get another", many("(NlNa", 50_000)],
  ["empty tuples", many(")", 150_000)],
  ["tuples of three", many("NNN\x87", 80_000)],
  ["empty dicts", many("}", 70_000)],
  ["dicts of one entry", many("}NNs", 50_000)],
  ["empty sets", many("\x8f", 80_000)],
  ["instances", many("h\x00)\x81", 60_000, "ca\nb\nq\x000")],
  ["instances with items", many("h\x00)\x81Na", 30_000, "ca\nb\nq\x000")],
];

describe("memory of a pickle that was read", () => {
  for (const [what, pickle] of DENSE) {
    test(`${what}: no more is held than was charged, half of it spared`, () => {
      const input = Buffer.from(pickle, "latin1");
      const before = measureMemory();
      const decoded = decodePickle(input);
      const held = measureMemory() - before;
      assert.ok(held < 1.5 * decoded.memoryBytes + 262_144, `${held} held, ${decoded.memoryBytes} charged`);
    });
  }

  test("a string of nothing but escapes takes little memory while it is read", async () => {
    const decoder = new URL("../../src/pickle/decode.js", import.meta.url).href;
    const code = `import(${JSON.stringify(decoder)}).then(({ decodePickle }) => {
      const count = ${ABOUT_1_MB / 2};
      decodePickle(Buffer.from("V" + "\\\\a".repeat(count) + "\\n.", "latin1"));
      decodePickle(Buffer.from("S'" + "\\\\n".repeat(count) + "'\\n.", "latin1"));
    })`;
    const worker = new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 32 } });
    assert.deepEqual(await once(worker, "exit"), [0]);
  });
});

function measureMemory(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
