import assert from "node:assert/strict";
import { types } from "node:util";
import { classNameOf } from "../../src/json/marks.js";

/**
 * Compares two values part by part, in order: kinds, names, and, unless told otherwise, that the same objects occur at the
 * same places. Goes through cycles.
 */
export function assertSameValue(actual: unknown, expected: unknown, options: { identity: boolean }): void {
  const partners = new Map<object, object>();
  const compare = (left: unknown, right: unknown, place: string): void => {
    if (typeof left !== "object" || left === null || typeof right !== "object" || right === null) {
      if (!Object.is(left, right)) assert.fail(`${place}: ${String(left)} is not ${String(right)}`);
      return;
    }
    if (options.identity) {
      const partner = partners.get(left);
      if (partner !== undefined) return assert.equal(partner, right, `${place} is another object`);
      partners.set(left, right);
    }
    assert.equal(kindOf(left), kindOf(right), place);
    if (classNameOf(right) !== undefined) assert.equal(classNameOf(left), classNameOf(right), place);
    const leftParts = partsOf(left);
    const rightParts = partsOf(right);
    assert.deepEqual(
      leftParts.map(([name]) => name),
      rightParts.map(([name]) => name),
      place,
    );
    for (const [index, [name, part]] of leftParts.entries()) compare(part, rightParts[index]?.[1], `${place}/${name}`);
  };
  compare(actual, expected, "");
}

function kindOf(object: object): string {
  return Object.prototype.toString.call(object);
}

function partsOf(object: object): [name: string, part: unknown][] {
  if (object instanceof Map)
    return [...object].flatMap(([key, value], at) => [
      [`key ${at}`, key],
      [`value ${at}`, value],
    ]);
  if (object instanceof Set) return [...object].map((item, at) => [`item ${at}`, item]);
  if (types.isDate(object)) return [["time", object.getTime()]];
  if (types.isRegExp(object)) return [["regexp", String(object)]];
  if (ArrayBuffer.isView(object)) {
    return [["bytes", Buffer.from(object.buffer, object.byteOffset, object.byteLength).toString("hex")]];
  }
  if (types.isAnyArrayBuffer(object)) return [["bytes", Buffer.from(object).toString("hex")]];
  if (types.isNativeError(object)) {
    const hidden = ["name", "message", "cause", "errors"].map((name): [string, unknown] => [
      `hidden ${name}`,
      (object as unknown as Record<string, unknown>)[name],
    ]);
    return [...hidden, ...Object.entries(object).filter(([name]) => name !== "name" && name !== "message")];
  }
  return Object.entries(object);
}
