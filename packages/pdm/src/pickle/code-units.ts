/**
 * A string under construction, as UTF-16. Joined piece by piece it would hold about 30 bytes a piece, and replacing with a
 * callback holds all matches at once; this takes two bytes a code unit.
 */
export class CodeUnits {
  /** Little-endian. */
  readonly #bytes: Buffer;
  #written = 0;

  /** At most so many code units will be pushed. */
  constructor(maxLength: number) {
    this.#bytes = Buffer.allocUnsafe(2 * maxLength);
  }

  /** Adds a code point, which may be a lone surrogate. */
  push(point: number): void {
    if (point < 0x10000) {
      this.#bytes[this.#written++] = point & 0xff;
      this.#bytes[this.#written++] = point >> 8;
    } else {
      this.push(0xd7c0 + (point >> 10));
      this.push(0xdc00 | (point & 0x3ff));
    }
  }

  toString(): string {
    return this.#bytes.toString("utf16le", 0, this.#written);
  }
}
