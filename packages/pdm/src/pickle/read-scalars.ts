import { decodeInteger, narrowInteger } from "./integers.js";
import { COST, type Machine, type OpcodeTable } from "./machine.js";
import { OPCODE } from "./opcodes.js";
import { decodeRawUnicodeEscape, unquoteString } from "./text-escapes.js";
import { ByteArray, Float } from "./values.js";
import { decodeWtf8 } from "./wtf8.js";

/** None, booleans, numbers, strings and byte strings. */
export const SCALAR_OPCODES: OpcodeTable = {
  [OPCODE.NONE]: (machine) => machine.push(null, 0),
  [OPCODE.NEWTRUE]: (machine) => machine.push(true, 0),
  [OPCODE.NEWFALSE]: (machine) => machine.push(false, 0),

  [OPCODE.INT]: (machine) => {
    const line = machine.readLine("integerBytes");
    // Two spellings stand for the booleans, which protocols 0 and 1 have no opcode for.
    if (line === "01" || line === "00") machine.push(line === "01", 0);
    else pushInteger(machine, parseInteger(machine, line), line.length);
  },
  [OPCODE.LONG]: (machine) => {
    const line = machine.readLine("integerBytes");
    pushInteger(machine, parseInteger(machine, line.endsWith("L") ? line.slice(0, -1) : line), line.length);
  },
  [OPCODE.BININT]: (machine) => machine.push(machine.input.readInt32LE(machine.skip(4)), 0),
  [OPCODE.BININT1]: (machine) => machine.push(machine.readUint8(), 0),
  [OPCODE.BININT2]: (machine) => machine.push(machine.input.readUInt16LE(machine.skip(2)), 0),
  [OPCODE.LONG1]: (machine) => pushBinaryInteger(machine, machine.readUint8()),
  [OPCODE.LONG4]: (machine) => pushBinaryInteger(machine, machine.readUint32()),

  [OPCODE.FLOAT]: (machine) => pushFloat(machine, parseFloatLine(machine)),
  [OPCODE.BINFLOAT]: (machine) => pushFloat(machine, machine.input.readDoubleBE(machine.skip(8))),

  [OPCODE.UNICODE]: (machine) => {
    const text = decodeRawUnicodeEscape(machine.readLine("stringBytes"));
    if (text === undefined) throw machine.malformed("a \\u escape is not complete");
    machine.push(text, COST.text + 2 * text.length);
  },
  [OPCODE.BINUNICODE]: (machine) => pushText(machine, machine.readUint32()),
  [OPCODE.SHORT_BINUNICODE]: (machine) => pushText(machine, machine.readUint8()),
  [OPCODE.BINUNICODE8]: (machine) => pushText(machine, machine.readUint64()),

  [OPCODE.STRING]: (machine) => {
    const bytes = unquoteString(machine.readLine("stringBytes").trimEnd());
    if (bytes === undefined) throw machine.malformed("a quoted string is not complete");
    pushPython2String(machine, bytes);
  },
  [OPCODE.BINSTRING]: (machine) => pushPython2String(machine, takeBytes(machine, machine.readUint32())),
  [OPCODE.SHORT_BINSTRING]: (machine) => pushPython2String(machine, takeBytes(machine, machine.readUint8())),

  [OPCODE.BINBYTES]: (machine) => pushBytes(machine, takeBytes(machine, machine.readUint32())),
  [OPCODE.SHORT_BINBYTES]: (machine) => pushBytes(machine, takeBytes(machine, machine.readUint8())),
  [OPCODE.BINBYTES8]: (machine) => pushBytes(machine, takeBytes(machine, machine.readUint64())),
  [OPCODE.BYTEARRAY8]: (machine) => {
    const bytes = takeBytes(machine, machine.readUint64());
    machine.charge(COST.bytes + bytes.length);
    machine.push(new ByteArray(bytes), 0);
  },
};

function parseInteger(machine: Machine, digits: string): bigint {
  if (!/^[+-]?\d+$/.test(digits)) throw machine.malformed("an integer has other characters than digits");
  // BigInt takes no sign "+".
  return BigInt(digits.startsWith("+") ? digits.slice(1) : digits);
}

function pushInteger(machine: Machine, value: bigint, length: number): void {
  machine.push(narrowInteger(value), COST.bigint + length);
}

function pushBinaryInteger(machine: Machine, length: number): void {
  machine.refuseLonger(length, "integerBytes");
  const start = machine.skip(length);
  machine.push(decodeInteger(machine.input, start, start + length), COST.bigint + length);
}

const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
]);

function parseFloatLine(machine: Machine): number {
  const line = machine.readLine("integerBytes");
  const special = SPECIAL_FLOATS.get(line);
  if (special !== undefined) return special;
  // A digit can match in one place only; with two, a line that is no number would take quadratic time.
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(line)) throw machine.malformed("a float is no number");
  return Number(line);
}

function pushFloat(machine: Machine, value: number): void {
  const hidesFloat = machine.exactFloats && Number.isSafeInteger(value);
  machine.push(hidesFloat ? new Float(value) : value, hidesFloat ? 3 * COST.float : COST.float);
}

function pushText(machine: Machine, length: number): void {
  machine.refuseLonger(length, "stringBytes");
  const start = machine.skip(length);
  const text = decodeWtf8(machine.input, start, start + length);
  if (text === undefined) throw machine.malformed("a string is not UTF-8");
  // V8 takes two bytes for each UTF-16 code unit as soon as one of them is beyond U+00FF.
  machine.push(text, COST.text + (text.length === length ? length : 2 * text.length));
}

/** A view of the input: to be copied. */
function takeBytes(machine: Machine, length: number): Buffer {
  machine.refuseLonger(length, "stringBytes");
  const start = machine.skip(length);
  return machine.input.subarray(start, start + length);
}

function pushBytes(machine: Machine, bytes: Buffer): void {
  machine.charge(COST.bytes + bytes.length);
  machine.push(new Uint8Array(bytes), 0);
}

/** Python 2's `str` is text or bytes, and does not say which: ASCII is taken for text. */
function pushPython2String(machine: Machine, bytes: Buffer): void {
  if (bytes.some((byte) => byte >= 0x80)) pushBytes(machine, bytes);
  else machine.push(bytes.toString("latin1"), COST.text + bytes.length);
}
