/** The value of a little-endian two's complement number; no bytes mean 0. A bigint only where a number is not exact. */
export function decodeInteger(bytes: Buffer, start: number, end: number): number | bigint {
  const length = end - start;
  if (length === 0) return 0;
  if (length <= 6) return bytes.readIntLE(start, length);
  const hex = Buffer.from(bytes.subarray(start, end).toReversed()).toString("hex");
  return narrowInteger(BigInt.asIntN(length * 8, BigInt(`0x${hex}`)));
}

/** A safe integer as a number, any other as it is. */
export function narrowInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Little-endian two's complement, at most one byte longer than needed; undefined where more than `maxBytes` are needed. */
export function encodeInteger(value: bigint, maxBytes: number): Buffer | undefined {
  if (BigInt.asIntN(maxBytes * 8, value) !== value) return undefined;
  // Of -x-1 the digits are those of x inverted, and x has the same length: no need to know the length first.
  const magnitude = value < 0n ? -value - 1n : value;
  let hex = magnitude.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const bytes = Buffer.from(hex, "hex").toReversed();
  const needsSignByte = (bytes.at(-1) ?? 0) >= 0x80;
  const signed = Buffer.alloc(bytes.length + (needsSignByte ? 1 : 0));
  signed.set(bytes);
  if (value < 0n) for (let index = 0; index < signed.length; index++) signed[index] = ~(signed[index] ?? 0);
  return signed;
}
