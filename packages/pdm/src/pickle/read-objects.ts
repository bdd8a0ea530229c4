import { COST, type Machine, type OpcodeTable } from "./machine.js";
import { OPCODE } from "./opcodes.js";
import { python2Global } from "./python-names.js";
import { tupleOf } from "./read-containers.js";
import { construct } from "./constructions.js";
import { type Construction, Global, Instance, Tuple } from "./values.js";

/** Class references and instances. Nothing is looked up or called: both become data. */
export const OBJECT_OPCODES: OpcodeTable = {
  [OPCODE.GLOBAL]: (machine) => {
    const module = readName(machine);
    pushGlobal(machine, module, readName(machine));
  },
  [OPCODE.STACK_GLOBAL]: (machine) => {
    const name = machine.pop();
    const module = machine.pop();
    if (typeof module !== "string" || typeof name !== "string") throw machine.malformed("a class needs two strings");
    pushGlobal(machine, module, name);
  },

  [OPCODE.REDUCE]: (machine) => {
    const args = popArgs(machine);
    const callable = asCallable(machine, machine.pop());
    const known = construct(machine, callable, args);
    if (known !== undefined) machine.push(known, 0);
    else pushInstance(machine, "reduce", callable, args);
  },
  [OPCODE.NEWOBJ]: (machine) => {
    const args = popArgs(machine);
    pushInstance(machine, "newobj", asCallable(machine, machine.pop()), args);
  },
  [OPCODE.NEWOBJ_EX]: (machine) => {
    const kwargs = machine.pop();
    if (!(kwargs instanceof Map)) throw machine.malformed("keyword arguments need a dict");
    const args = popArgs(machine);
    pushInstance(machine, "newobj", asCallable(machine, machine.pop()), args, kwargs);
  },
  [OPCODE.INST]: (machine) => {
    const module = readName(machine);
    const name = readName(machine);
    machine.charge(COST.global);
    pushClassic(machine, python2Global(module, name), machine.popToMark());
  },
  [OPCODE.OBJ]: (machine) => {
    const items = machine.popToMark();
    pushClassic(machine, asCallable(machine, items.shift()), items);
  },

  [OPCODE.BUILD]: (machine) => {
    const state = machine.pop();
    const target = machine.top();
    if (!(target instanceof Instance)) throw machine.malformed("BUILD needs an instance");
    if (target.state !== undefined) throw machine.malformed("an instance is built twice");
    target.state = state;
  },
};

/** A name on a line of its own; Python 3 writes it in UTF-8. */
function readName(machine: Machine): string {
  const line = machine.readLine("stringBytes");
  machine.charge(COST.text + 2 * line.length);
  return Buffer.from(line, "latin1").toString("utf8");
}

function pushGlobal(machine: Machine, module: string, name: string): void {
  machine.push(python2Global(module, name), COST.global);
}

function pushInstance(
  machine: Machine,
  construction: Construction,
  callable: Global | Instance,
  args: Tuple,
  kwargs?: Map<unknown, unknown>,
): void {
  machine.pushContainer(new Instance(construction, callable, args, { kwargs }), COST.instance);
}

/** Python calls a class that gets arguments, and makes a bare instance of one that gets none. */
function pushClassic(machine: Machine, callable: Global | Instance, args: readonly unknown[]): void {
  machine.countContainer(COST.tuple + COST.slot);
  pushInstance(machine, "obj", callable, tupleOf(args));
}

function popArgs(machine: Machine): Tuple {
  const args = machine.pop();
  if (!(args instanceof Tuple)) throw machine.malformed("arguments need a tuple");
  return args;
}

function asCallable(machine: Machine, value: unknown): Global | Instance {
  if (value instanceof Global || value instanceof Instance) return value;
  throw machine.malformed("what is called is no class or function");
}
