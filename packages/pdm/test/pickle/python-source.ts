import * as fc from "fast-check";
import { ByteArray, Float, FrozenSet, Tuple } from "../../src/pickle/values.js";

/** The Python expression, valid in Python 2 and 3, for a value in the forms of the codec; no cycles, no instances. */
export function pythonSource(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatSource(value);
  }
  if (typeof value === "string") return textSource(value);
  if (value instanceof Float) return floatSource(value.value);
  if (value instanceof ByteArray) return `bytearray(${bytesSource(value)})`;
  if (value instanceof Uint8Array) return bytesSource(value);
  if (value instanceof Tuple) return `(${value.map((item) => `${pythonSource(item)},`).join("")})`;
  if (Array.isArray(value)) return `[${value.map(pythonSource).join()}]`;
  if (value instanceof Set)
    return `${value instanceof FrozenSet ? "frozenset" : "set"}([${[...value].map(pythonSource).toSorted().join()}])`;
  if (value instanceof Map) return `dict([${[...value].map((entry) => `(${entry.map(pythonSource).join()})`).join()}])`;
  throw new TypeError("There is no Python source for this value");
}

function floatSource(value: number): string {
  return `float('${Object.is(value, -0) ? "-0" : String(value).replace("Infinity", "inf")}')`;
}

function textSource(text: string): string {
  const escaped = Array.from(text, (character) => {
    const point = character.codePointAt(0) ?? 0;
    if (point >= 0x20 && point < 0x7f && character !== "'" && character !== "\\") return character;
    return point > 0xffff ? `\\U${point.toString(16).padStart(8, "0")}` : `\\u${point.toString(16).padStart(4, "0")}`;
  });
  return `u'${escaped.join("")}'`;
}

function bytesSource(bytes: Uint8Array): string {
  return `b'${Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}'`;
}

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.array(fc.integer({ max: 0xffff, min: 0 }), { maxLength: 8 }).map((codes) => String.fromCharCode(...codes)),
);
const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }).map((value) => {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }),
);
// Not ASCII only, which Python 2 cannot tell from text.
const bytes = fc.uint8Array({ maxLength: 20 }).map((rest) => Uint8Array.of(0xff, ...rest));
// NaN, infinities and fractions are plain numbers, what is whole is a Float.
const float = fc.double().map((value) => (Number.isSafeInteger(value) ? new Float(value) : value));

/** Values in all forms but instances, lossless with `exactFloats`; keys are such that Python holds no two for equal. */
export const pythonValue: fc.Arbitrary<unknown> = fc.letrec((tie) => {
  // Not 0 and 1, which equal False and True.
  const keyInteger = integer.filter((value) => value !== 0 && value !== 1);
  const elements = fc.uniqueArray(tie("key"), { selector: pythonSource, maxLength: 4 });
  return {
    key: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      fc.constantFrom(null, true, false),
      keyInteger,
      text,
      bytes,
      fc.array(tie("key"), { maxLength: 4 }).map((items) => Tuple.of(...items)),
      elements.map((items) => new FrozenSet(items)),
    ),
    value: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constantFrom(null, true, false),
      integer,
      float,
      text,
      bytes,
      bytes.map((content) => new ByteArray(content)),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.array(tie("value"), { maxLength: 5 }).map((items) => Tuple.of(...items)),
      elements.map((items) => new Set(items)),
      elements.map((items) => new FrozenSet(items)),
      fc
        .uniqueArray(fc.tuple(tie("key"), tie("value")), { selector: ([key]) => pythonSource(key), maxLength: 4 })
        .map((entries) => new Map(entries)),
    ),
  };
}).value;
