import { OPCODE } from "./opcodes.js";
import { limitError, type PickleLimits } from "./pickle-error.js";
import { encodeInteger } from "./integers.js";
import { writeWtf8, wtf8Length } from "./wtf8.js";

const SCRATCH_BYTES = 16_384;

/** Shared by all small messages; absent while one is being written, since a value's getter may write another. */
let idleScratch: Buffer | undefined;

/** The bytes of the pickle being written, and the opcodes of scalars. */
export class Output {
  readonly #limits: PickleLimits;
  readonly #headroom: number;
  #bytes: Buffer;
  #length: number;

  constructor(limits: PickleLimits, headroom: number) {
    this.#limits = limits;
    this.#headroom = headroom;
    const isSmall = headroom < SCRATCH_BYTES;
    this.#bytes = (isSmall && idleScratch) || Buffer.allocUnsafeSlow(SCRATCH_BYTES + (isSmall ? 0 : headroom));
    idleScratch = undefined;
    for (let index = 0; index < headroom; index++) this.#bytes[index] = 0;
    this.#length = headroom;
  }

  /** A copy of exactly what was written, after the headroom. Nothing may be written afterwards. */
  finish(): Buffer {
    this.#refuseLonger(this.#length);
    const result = Buffer.allocUnsafe(this.#length);
    this.#bytes.copy(result, 0, 0, this.#length);
    if (this.#bytes.length === SCRATCH_BYTES) idleScratch = this.#bytes;
    return result;
  }

  #refuseLonger(length: number): void {
    const size = length - this.#headroom;
    if (size > this.#limits.replyBytes) throw limitError(this.#limits, "replyBytes", "The value is too large to send");
  }

  /**
   * Makes room for so many bytes and moves past them; returns where they begin. It may replace `#bytes`: read that only
   * afterwards, never in the same expression.
   */
  #reserve(count: number): number {
    const start = this.#length;
    const end = start + count;
    if (end > this.#bytes.length) {
      this.#refuseLonger(end);
      const larger = Buffer.allocUnsafeSlow(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#length = end;
    return start;
  }

  opcode(code: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = code;
  }

  /** An opcode and its operand of one byte. */
  opcode8(code: number, operand: number): void {
    const at = this.#reserve(2);
    this.#bytes[at] = code;
    this.#bytes[at + 1] = operand;
  }

  /** An opcode and its operand of four bytes, the lowest first. */
  #opcode32(code: number, operand: number): void {
    const at = this.#reserve(5);
    const bytes = this.#bytes;
    bytes[at] = code;
    bytes[at + 1] = operand;
    bytes[at + 2] = operand >>> 8;
    bytes[at + 3] = operand >>> 16;
    bytes[at + 4] = operand >>> 24;
  }

  /** Remembers the value on top of Python's stack. */
  put(index: number): void {
    if (index < 256) this.opcode8(OPCODE.BINPUT, index);
    else this.#opcode32(OPCODE.LONG_BINPUT, index);
  }

  /** Brings a remembered value back. */
  get(index: number): void {
    if (index < 256) this.opcode8(OPCODE.BINGET, index);
    else this.#opcode32(OPCODE.LONG_BINGET, index);
  }

  /** A number as Python's int where it is a safe integer, else as a float. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.float(value);
    else if (value >= 0 && value < 0x100) this.opcode8(OPCODE.BININT1, value);
    else if (value === (value | 0)) this.#opcode32(OPCODE.BININT, value);
    else {
      const at = this.#reserve(10);
      this.#bytes[at] = OPCODE.LONG1;
      this.#bytes[at + 1] = 8;
      this.#bytes.writeInt32LE(Math.floor(value / 0x1_0000_0000), this.#bytes.writeUInt32LE(value >>> 0, at + 2));
    }
  }

  float(value: number): void {
    const at = this.#reserve(9);
    this.#bytes[at] = OPCODE.BINFLOAT;
    this.#bytes.writeDoubleBE(value, at + 1);
  }

  bigint(value: bigint): void {
    const { integerBytes } = this.#limits;
    const bytes = encodeInteger(value, integerBytes);
    if (!bytes) throw limitError(this.#limits, "integerBytes", "The value has an integer that is too large");
    if (bytes.length < 256) this.opcode8(OPCODE.LONG1, bytes.length);
    else this.#opcode32(OPCODE.LONG4, bytes.length);
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  text(text: string): void {
    if (text.length <= 32 && this.#shortAscii(text)) return;
    const length = wtf8Length(text);
    // Before writing, so that a huge string makes no huge buffer.
    this.#refuseLonger(this.#length + length + 5);
    this.#opcode32(OPCODE.BINUNICODE, length);
    const at = this.#reserve(length);
    writeWtf8(text, this.#bytes, at);
  }

  /** Faster than a call into Node for the short names that most messages consist of. */
  #shortAscii(text: string): boolean {
    const { length } = text;
    const start = this.#reserve(length + 5);
    const bytes = this.#bytes;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        this.#length = start;
        return false;
      }
      bytes[start + 5 + index] = code;
    }
    bytes[start] = OPCODE.BINUNICODE;
    bytes[start + 1] = length;
    bytes[start + 2] = bytes[start + 3] = bytes[start + 4] = 0;
    return true;
  }

  /** A class reference; neither name may have a line feed. */
  global(module: string, name: string): void {
    const line = `${module}\n${name}\n`;
    this.opcode(OPCODE.GLOBAL);
    const at = this.#reserve(wtf8Length(line));
    this.#bytes.write(line, at, "utf8");
  }
}
