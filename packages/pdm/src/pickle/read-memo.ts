import { type Machine, type OpcodeTable } from "./machine.js";
import { OPCODE } from "./opcodes.js";

/** Stack, marks and memo. */
export const MEMO_OPCODES: OpcodeTable = {
  [OPCODE.MARK]: (machine) => machine.mark(),
  [OPCODE.POP]: (machine) => machine.drop(),
  [OPCODE.POP_MARK]: (machine) => {
    machine.popToMark();
  },
  [OPCODE.DUP]: (machine) => machine.push(machine.top(), 0),

  [OPCODE.PUT]: (machine) => machine.remember(readIndex(machine)),
  [OPCODE.BINPUT]: (machine) => machine.remember(machine.readUint8()),
  [OPCODE.LONG_BINPUT]: (machine) => machine.remember(machine.readUint32()),
  [OPCODE.MEMOIZE]: (machine) => machine.rememberNext(),
  [OPCODE.GET]: (machine) => machine.recall(readIndex(machine)),
  [OPCODE.BINGET]: (machine) => machine.recall(machine.readUint8()),
  [OPCODE.LONG_BINGET]: (machine) => machine.recall(machine.readUint32()),
};

function readIndex(machine: Machine): number {
  const line = machine.readLine("integerBytes");
  if (!/^\d{1,15}$/.test(line)) throw machine.malformed("a memo index is no number");
  return Number(line);
}
