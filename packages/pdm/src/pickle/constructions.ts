import { COST, type Machine } from "./machine.js";
import { addElements, tupleOf } from "./read-containers.js";
import { ByteArray, FrozenSet, Global, Instance, Tuple } from "./values.js";

/**
 * The value that a call of a well-known Python function makes, where it has a form of its own here: sets, byte strings,
 * nested classes, and instances that went the long way round. Older protocols have no opcodes for them.
 *
 * @returns undefined for every other call: that stays an Instance
 */
export function construct(machine: Machine, callable: Global | Instance, args: Tuple): object | undefined {
  if (!(callable instanceof Global)) return undefined;
  switch (callable.module) {
    case "__builtin__":
      return constructBuiltin(machine, callable.name, args);
    case "_codecs":
      return callable.name === "encode" ? latin1Bytes(machine, args, Uint8Array) : undefined;
    case "copy_reg":
      return constructNew(machine, callable.name, args);
    default:
      return undefined;
  }
}

function constructBuiltin(machine: Machine, name: string, args: Tuple): object | undefined {
  switch (name) {
    case "set":
      return elements(machine, args, Set);
    case "frozenset":
      return elements(machine, args, FrozenSet);
    case "bytes":
      return args.length === 0 ? copyBytes(machine, new Uint8Array(), Uint8Array) : undefined;
    case "bytearray":
      if (args.length === 0) return copyBytes(machine, new Uint8Array(), ByteArray);
      if (args.length === 1 && args[0] instanceof Uint8Array) return copyBytes(machine, args[0], ByteArray);
      return latin1Bytes(machine, args, ByteArray);
    case "getattr":
      return nestedGlobal(machine, args);
    default:
      return undefined;
  }
}

function elements(machine: Machine, args: Tuple, Kind: typeof Set | typeof FrozenSet): object | undefined {
  const [items = []] = args;
  if (args.length > 1 || !Array.isArray(items)) return undefined;
  machine.countContainer(COST.set + COST.setElement * items.length);
  const set = new Kind<unknown>();
  addElements(machine, set, items);
  return set;
}

function copyBytes(machine: Machine, bytes: Uint8Array, Kind: typeof Uint8Array | typeof ByteArray): Uint8Array {
  machine.charge(COST.bytes + bytes.length);
  return new Kind(bytes);
}

/** `(text, "latin1")`: each character is one byte. */
function latin1Bytes(
  machine: Machine,
  args: Tuple,
  Kind: typeof Uint8Array | typeof ByteArray,
): Uint8Array | undefined {
  const [text, encoding] = args;
  if (args.length !== 2 || typeof text !== "string") return undefined;
  if (encoding !== "latin1" && encoding !== "latin-1") return undefined;
  if (/[^\0-\xff]/.test(text)) throw machine.malformed("a byte string has a character beyond U+00FF");
  return copyBytes(machine, Buffer.from(text, "latin1"), Kind);
}

/** `getattr(CLASS, "NAME")`: how protocols before 4 refer to a class within a class. */
function nestedGlobal(machine: Machine, args: Tuple): Global | undefined {
  const [outer, name] = args;
  if (args.length !== 2 || !(outer instanceof Global) || typeof name !== "string") return undefined;
  machine.charge(COST.global + COST.text + 2 * (outer.name.length + name.length));
  return new Global(outer.module, `${outer.name}.${name}`);
}

/** What `copy_reg` has for protocols without NEWOBJ and NEWOBJ_EX. */
function constructNew(machine: Machine, name: string, args: Tuple): Instance | undefined {
  const [callable, second, third] = args;
  if (!(callable instanceof Global)) return undefined;
  let found: Instance | undefined;
  if (name === "_reconstructor") {
    const isPlain = second instanceof Global && second.module === "__builtin__" && second.name === "object";
    if (args.length === 3 && isPlain && third === null) found = new Instance("newobj", callable, new Tuple());
  } else if (name === "__newobj__") {
    found = new Instance("newobj", callable, tupleOf(args, 1));
  } else if (name === "__newobj_ex__") {
    const isComplete = args.length === 3 && second instanceof Tuple && third instanceof Map;
    if (isComplete) found = new Instance("newobj", callable, second, { kwargs: third });
  }
  if (!found) return undefined;
  machine.countContainer(COST.tuple + COST.slot * args.length);
  machine.countContainer(COST.instance);
  return found;
}
