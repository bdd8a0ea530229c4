import { COST, type Machine, type OpcodeTable } from "./machine.js";
import { OPCODE } from "./opcodes.js";
import { FrozenSet, Instance, Tuple } from "./values.js";

/** Tuples, lists, dicts and sets. */
export const CONTAINER_OPCODES: OpcodeTable = {
  [OPCODE.EMPTY_TUPLE]: (machine) => machine.pushContainer(new Tuple(), COST.tuple),
  [OPCODE.TUPLE]: (machine) => pushTuple(machine, machine.popToMark()),
  [OPCODE.TUPLE1]: (machine) => {
    const tuple = new Tuple(1);
    tuple[0] = machine.pop();
    machine.pushContainer(tuple, COST.tuple + COST.slot);
  },
  [OPCODE.TUPLE2]: (machine) => {
    const tuple = new Tuple(2);
    tuple[1] = machine.pop();
    tuple[0] = machine.pop();
    machine.pushContainer(tuple, COST.tuple + COST.slot);
  },
  [OPCODE.TUPLE3]: (machine) => {
    const tuple = new Tuple(3);
    tuple[2] = machine.pop();
    tuple[1] = machine.pop();
    tuple[0] = machine.pop();
    machine.pushContainer(tuple, COST.tuple + COST.slot);
  },

  [OPCODE.EMPTY_LIST]: (machine) => machine.pushContainer([], COST.list),
  [OPCODE.LIST]: (machine) => {
    const items = machine.popToMark();
    // It has no room to spare yet, but gets it when more is appended.
    const room = items.length > 0 ? COST.firstElement : 0;
    machine.pushContainer(items, COST.list + COST.slot + room);
  },
  [OPCODE.APPEND]: (machine) => {
    const item = machine.pop();
    const list = listOnTop(machine);
    if (list.length === 0) machine.charge(COST.firstElement);
    list.push(item);
  },
  [OPCODE.APPENDS]: (machine) => {
    const items = machine.popToMark();
    const list = listOnTop(machine);
    if (list.length === 0 && items.length > 0) machine.charge(COST.firstElement);
    for (const item of items) list.push(item);
  },

  [OPCODE.EMPTY_DICT]: (machine) => machine.pushContainer(new Map(), COST.map),
  [OPCODE.DICT]: (machine) => {
    const items = machine.popToMark();
    const dict = new Map<unknown, unknown>();
    machine.pushContainer(dict, COST.map);
    setItems(machine, dict, items);
  },
  [OPCODE.SETITEM]: (machine) => {
    const value = machine.pop();
    const key = machine.pop();
    const dict = dictOnTop(machine);
    machine.charge(COST.mapEntry);
    machine.countKey();
    dict.set(key, value);
  },
  [OPCODE.SETITEMS]: (machine) => {
    const items = machine.popToMark();
    setItems(machine, dictOnTop(machine), items);
  },

  [OPCODE.EMPTY_SET]: (machine) => machine.pushContainer(new Set(), COST.set),
  [OPCODE.ADDITEMS]: (machine) => {
    const items = machine.popToMark();
    const set = machine.top();
    if (!(set instanceof Set) || set instanceof FrozenSet) throw machine.malformed("ADDITEMS needs a set");
    machine.charge(COST.setElement * items.length);
    addElements(machine, set, items);
  },
  [OPCODE.FROZENSET]: (machine) => {
    const items = machine.popToMark();
    const set = new FrozenSet();
    machine.pushContainer(set, COST.set + COST.setElement * items.length);
    addElements(machine, set, items);
  },
};

function pushTuple(machine: Machine, items: readonly unknown[]): void {
  machine.pushContainer(tupleOf(items), COST.tuple + COST.slot);
}

/** A tuple of these, from one of them on; many times faster than `Tuple.from`, and than `slice` of a tuple. */
export function tupleOf(items: readonly unknown[], start = 0): Tuple {
  const tuple = new Tuple(items.length - start);
  for (let index = start; index < items.length; index++) tuple[index - start] = items[index];
  return tuple;
}

/** The list, or the list items of the instance, on top of the stack. */
function listOnTop(machine: Machine): unknown[] {
  const target = machine.top();
  if (target instanceof Instance) {
    if (!target.listItems) machine.countContainer(COST.list);
    return (target.listItems ??= []);
  }
  if (!Array.isArray(target) || target instanceof Tuple) throw machine.malformed("appending needs a list");
  return target;
}

/** The dict, or the dict items of the instance, on top of the stack. */
function dictOnTop(machine: Machine): Map<unknown, unknown> {
  const target = machine.top();
  if (target instanceof Instance) {
    if (!target.dictItems) machine.countContainer(COST.map);
    return (target.dictItems ??= new Map<unknown, unknown>());
  }
  if (!(target instanceof Map)) throw machine.malformed("setting items needs a dict");
  return target;
}

function setItems(machine: Machine, dict: Map<unknown, unknown>, items: readonly unknown[]): void {
  if (items.length % 2 === 1) throw machine.malformed("a dict has a key without a value");
  machine.charge((COST.mapEntry * items.length) / 2);
  for (let index = 0; index < items.length; index += 2) {
    machine.countKey();
    dict.set(items[index], items[index + 1]);
  }
}

/** Adds elements that are charged for. */
export function addElements(machine: Machine, set: Set<unknown>, items: readonly unknown[]): void {
  for (const item of items) {
    machine.countKey();
    set.add(item);
  }
}
