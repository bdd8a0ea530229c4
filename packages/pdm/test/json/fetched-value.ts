import assert from "node:assert/strict";
import { classNameOf, attachClassName } from "../../src/json/marks.js";
import { type Cut, findCut } from "../../src/json/cut.js";

type Fetch = (handle: number) => unknown;

/** A decoded value with all that was cut fetched and put where it is missing, however many fetches that takes. */
export function fetchWhole(value: unknown, fetch: Fetch): unknown {
  if (typeof value !== "object" || value === null) return value;
  const cut = findCut(value);
  if (cut === value) return join(cut, fetchRest(cut, fetch));
  const whole = completeParts(value, fetch);
  if (cut !== undefined) append(whole, fetchRest(cut, fetch));
  return whole;

  function completeParts(object: object, fetch: Fetch): object {
    if (Array.isArray(object)) return object.map((item) => fetchWhole(item, fetch));
    if (object instanceof Map) {
      return new Map([...object].map(([key, item]) => [fetchWhole(key, fetch), fetchWhole(item, fetch)]));
    }
    if (object instanceof Set) return new Set([...object].map((item) => fetchWhole(item, fetch)));
    for (const [name, part] of Object.entries(object)) define(object, name, fetchWhole(part, fetch), true);
    for (const name of ["cause", "errors"]) {
      const part: unknown = Object.getOwnPropertyDescriptor(object, name)?.value;
      if (object instanceof Error && part !== undefined) define(object, name, fetchWhole(part, fetch), false);
    }
    return object;
  }
}

function fetchRest(cut: Cut, fetch: Fetch): unknown {
  if (cut.handle === undefined) throw new Error("cut without a handle");
  const rest = fetchWhole(fetch(cut.handle), fetch);
  const missing = cut.left ?? cut.size;
  if (missing !== undefined) assert.equal(sizeOf(rest), missing, "what a mark says is missing");
  return rest;
}

function sizeOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  const hidden = value instanceof Error ? ["name", "message", "cause", "errors"] : [];
  const names = hidden.filter((name) => name === "name" || Object.hasOwn(value as object, name));
  return new Set([...names, ...Object.keys(value as object)]).size;
}

/** The first part of a string or of bytes, and the rest. */
function join(cut: Cut, rest: unknown): unknown {
  if (cut.part === undefined) return rest;
  if (typeof cut.part === "string") return cut.part + String(rest);
  const view = rest as Uint8Array;
  const bytes = Buffer.concat([cut.part, ArrayBuffer.isView(view) ? bytesOf(view) : Buffer.from(rest as ArrayBuffer)]);
  const { buffer } = new Uint8Array(bytes);
  if (rest instanceof ArrayBuffer) return buffer;
  return new (view.constructor as new (buffer: ArrayBuffer) => object)(buffer);
}

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function append(object: object, rest: unknown): void {
  if (Array.isArray(object)) object.push(...(rest as unknown[]));
  else if (object instanceof Map) for (const [key, value] of rest as typeof object) object.set(key, value);
  else if (object instanceof Set) for (const item of rest as typeof object) object.add(item);
  else {
    const hidden = object instanceof Error ? ["name", "message", "cause", "errors"] : [];
    for (const [name, part] of Object.entries(rest as object)) define(object, name, part, !hidden.includes(name));
    const className = classNameOf(rest);
    if (className !== undefined) attachClassName(object, className);
  }
}

function define(object: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, name, { value, enumerable, configurable: true, writable: true });
}
