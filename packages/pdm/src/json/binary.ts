import { types } from "node:util";

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** Bytes of an element, by the class; what has another name has none. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  ArrayBuffer: 1,
  SharedArrayBuffer: 1,
  DataView: 1,
  Uint8Array: 1,
  Int8Array: 1,
  Uint8ClampedArray: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Float16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
  Float64Array: 8,
  BigInt64Array: 8,
  BigUint64Array: 8,
};

/** Not asked of `node:os`, which takes a millisecond to load. */
const isBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** The class of a buffer or a view of one, whichever realm it is from; undefined for anything else. */
export function binaryClass(object: object): string | undefined {
  if (ArrayBuffer.isView(object))
    return (Reflect.get(typedArrayPrototype, Symbol.toStringTag, object) as string | undefined) ?? "DataView";
  if (types.isArrayBuffer(object)) return "ArrayBuffer";
  return types.isSharedArrayBuffer(object) ? "SharedArrayBuffer" : undefined;
}

/** Bytes of one element of a class that {@link binaryClass} knows; undefined for another name. */
export function elementBytes(className: string): number | undefined {
  return Object.hasOwn(ELEMENT_BYTES, className) ? ELEMENT_BYTES[className] : undefined;
}

/** The bytes of a buffer or a view, without a copy. */
export function bytesOf(object: object): Buffer {
  if (ArrayBuffer.isView(object)) return Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  return Buffer.from(object as ArrayBuffer);
}

/** Base64 of bytes; elements of more than one byte have the lowest first, whatever the machine. */
export function toBase64(bytes: Buffer, size: number): string {
  return (isBigEndian && size > 1 ? swapped(bytes, size) : bytes).toString("base64");
}

/** The bytes of base64 with its padding, whole elements in memory of their own; undefined for any other text. */
export function fromBase64(text: string, size: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length % size !== 0) return undefined;
  return new Uint8Array(isBigEndian && size > 1 ? swapped(bytes, size) : bytes);
}

function swapped(bytes: Buffer, size: number): Buffer {
  const copy = Buffer.from(bytes);
  return size === 2 ? copy.swap16() : size === 4 ? copy.swap32() : copy.swap64();
}

/** An object of that class which has these bytes as its own; undefined where this version of Node.js lacks the class. */
export function makeBinary(className: string, bytes: Uint8Array<ArrayBuffer>): object | undefined {
  if (className === "Uint8Array") return bytes;
  if (className === "ArrayBuffer") return bytes.buffer;
  if (className === "SharedArrayBuffer") {
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    return shared;
  }
  const Class = (globalThis as unknown as Record<string, (new (buffer: ArrayBuffer) => object) | undefined>)[className];
  return Class === undefined ? undefined : new Class(bytes.buffer);
}
