import { DEFAULT_LIMITS } from "../limits.js";
import { Machine, type OpcodeTable } from "./machine.js";
import { refuseDeepNesting } from "./nesting.js";
import { HIGHEST_PROTOCOL, OPCODE, opcodeName } from "./opcodes.js";
import { PickleError, type PickleLimits } from "./pickle-error.js";
import { CONTAINER_OPCODES } from "./read-containers.js";
import { MEMO_OPCODES } from "./read-memo.js";
import { OBJECT_OPCODES } from "./read-objects.js";
import { SCALAR_OPCODES } from "./read-scalars.js";

/** How {@link decodePickle} reads. */
export interface DecodeOptions {
  /** Default: those of {@link DEFAULT_LIMITS}. */
  limits?: PickleLimits;
  /** Whole floats in the range of safe integers become a `Float` instead of a number, so that writing the value again gives the same. Default false. */
  exactFloats?: boolean;
}

/** What {@link decodePickle} gives. */
export interface DecodedPickle {
  /** In the forms that `docs/values.md` lists; it shares no memory with the input. */
  value: unknown;
  /** The protocol that the pickle names at its beginning; 0 where it names none, which is protocol 0 or 1. */
  protocol: number;
  /** Estimated memory that reading it took: what holding the value costs, rather too high than too low. */
  memoryBytes: number;
}

const FRAMING_OPCODES: OpcodeTable = {
  [OPCODE.PROTO]: (machine) => {
    const protocol = machine.readUint8();
    if (protocol > HIGHEST_PROTOCOL) throw machine.malformed(`protocol ${protocol} is newer than ${HIGHEST_PROTOCOL}`);
  },
  [OPCODE.FRAME]: (machine) => {
    const length = machine.readUint64();
    machine.skip(length);
    machine.position -= length;
  },
};

const FORBIDDEN: ReadonlyMap<number, string> = new Map([
  [OPCODE.EXT1, "extension codes are known to the sender only"],
  [OPCODE.EXT2, "extension codes are known to the sender only"],
  [OPCODE.EXT4, "extension codes are known to the sender only"],
  [OPCODE.PERSID, "persistent ids refer to what only the sender has"],
  [OPCODE.BINPERSID, "persistent ids refer to what only the sender has"],
  [OPCODE.NEXT_BUFFER, "out-of-band buffers are not part of the message"],
  [OPCODE.READONLY_BUFFER, "out-of-band buffers are not part of the message"],
]);

/** By opcode; an array of functions is as fast as a switch over numbers, and each is where it belongs. */
const HANDLERS: readonly (((machine: Machine) => void) | undefined)[] = Object.assign(
  Array.from({ length: 256 }, () => undefined),
  FRAMING_OPCODES,
  SCALAR_OPCODES,
  CONTAINER_OPCODES,
  OBJECT_OPCODES,
  MEMO_OPCODES,
);

/**
 * Reads one pickle of protocol 0 to 5, which must be all that the bytes hold.
 *
 * Nothing that it names is imported or called. Cycles and shared references are kept.
 *
 * @throws PickleError for anything but a pickle within the limits; nothing but memory to be collected is left behind.
 */
export function decodePickle(bytes: Uint8Array, options?: DecodeOptions): DecodedPickle {
  const input = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const limits = options?.limits ?? DEFAULT_LIMITS;
  const machine = new Machine(input, limits, options?.exactFloats ?? false);
  for (let opcode = machine.readUint8(); opcode !== OPCODE.STOP; opcode = machine.readUint8()) {
    const handle = HANDLERS[opcode];
    if (!handle) throw refuseOpcode(machine, opcode);
    handle(machine);
  }
  const value = machine.result();
  if (machine.position !== input.length) throw machine.malformed("there are bytes after STOP");
  // Fewer containers than the limit cannot nest deeper than it: small messages skip the walk.
  if (machine.containers > limits.pickleDepth) refuseDeepNesting(value, limits);
  return { value, protocol: input[0] === OPCODE.PROTO ? (input[1] ?? 0) : 0, memoryBytes: machine.memoryBytes };
}

function refuseOpcode(machine: Machine, opcode: number): PickleError {
  const reason = FORBIDDEN.get(opcode);
  if (reason === undefined) return machine.malformed(`${opcodeName(opcode)} is no opcode`);
  const message = `The pickle uses ${opcodeName(opcode)} at byte ${machine.position - 1}, which is refused: ${reason}`;
  return new PickleError("ERR_PDM_PICKLE_FORBIDDEN", message);
}
