import { adviseOn, type Form, formOf } from "./forms.js";
import { OPCODE } from "./opcodes.js";
import type { Output } from "./output.js";
import { limitError, PickleError, type PickleLimits } from "./pickle-error.js";
import { python2Global } from "./python-names.js";
import { ELEMENT, formatTrail, KEY } from "./trail.js";
import { type ByteArray, type Float, Global, type Instance, type Tuple } from "./values.js";
import { WrittenObjects } from "./written-objects.js";

/** One object each, so that a pickle names each class once and then refers back to it. */
const SET = new Global("__builtin__", "set");
const FROZENSET = new Global("__builtin__", "frozenset");
const BYTEARRAY = new Global("__builtin__", "bytearray");
const GETATTR = new Global("__builtin__", "getattr");
const ENCODE = new Global("_codecs", "encode");
const NEWOBJ_EX = new Global("copy_reg", "__newobj_ex__");

const TUPLE_OPCODES = [OPCODE.EMPTY_TUPLE, OPCODE.TUPLE1, OPCODE.TUPLE2, OPCODE.TUPLE3] as const;

/** The forms without parts, which add nothing to the depth. */
type LeafForm = "float" | "global" | "bytes" | "bytearray";

/** Writes a value and all that it refers to, each object once. For one pickle. */
export class GraphWriter {
  readonly #output: Output;
  readonly #limits: PickleLimits;
  readonly #replace: ((object: object) => unknown) | undefined;
  readonly #written = new WrittenObjects();
  #replacements: Map<object, unknown> | undefined;
  /** Tuples found fit for a dict's key. */
  #hashable: Set<object> | undefined;
  #depth = 0;
  /** The step taken at each depth from the root to where the writing is; longer than the depth after a way back. */
  readonly #trail: unknown[] = [];

  constructor(output: Output, limits: PickleLimits, replace: ((object: object) => unknown) | undefined) {
    this.#output = output;
    this.#limits = limits;
    this.#replace = replace;
  }

  write(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.#output.text(value);
      case "number":
        return this.#output.number(value);
      case "boolean":
        return this.#output.opcode(value ? OPCODE.NEWTRUE : OPCODE.NEWFALSE);
      case "undefined":
        return this.#output.opcode(OPCODE.NONE);
      case "bigint":
        return this.#output.bigint(value);
      case "symbol":
        throw this.#unsupported("is a symbol; send its description");
      case "function":
        return this.#writeObject(value);
      case "object":
        return value === null ? this.#output.opcode(OPCODE.NONE) : this.#writeObject(value);
    }
  }

  #writeObject(object: object): void {
    const index = this.#written.find(object);
    if (index >= 0) return this.#output.get(index);
    const form = formOf(object);
    if (form === "float") return this.#output.float((object as Float).value);
    if (form === "global") return this.#writeGlobal(object as Global);
    if (form === "bytes") return this.#writeBytes(object as Uint8Array, ENCODE);
    if (form === "bytearray") return this.#writeBytes(object as ByteArray, BYTEARRAY);
    const replacement = form === undefined ? this.#replacementOf(object) : undefined;
    if (this.#depth >= this.#limits.pickleDepth) {
      throw limitError(this.#limits, "pickleDepth", "The value nests containers too deep, or contains itself");
    }
    this.#depth++;
    if (form === undefined) this.#step(undefined, replacement);
    else this.#writeContainer(object, form);
    this.#depth--;
  }

  #writeContainer(object: object, form: Exclude<Form, LeafForm>): void {
    switch (form) {
      case "list":
        return this.#writeList(object as unknown[]);
      case "tuple":
        return this.#writeTuple(object as Tuple);
      case "fields":
        return this.#writeFields(object as Record<string, unknown>);
      case "dict":
        return this.#writeDict(object as Map<unknown, unknown>);
      case "set":
        return this.#writeSet(object as Set<unknown>, SET);
      case "frozenset":
        return this.#writeSet(object as Set<unknown>, FROZENSET);
      case "instance":
        return this.#writeInstance(object as Instance);
    }
  }

  /** Writes a part of the container at hand, with the step that leads to it. */
  #step(step: unknown, value: unknown): void {
    this.#trail[this.#depth] = step;
    this.write(value);
  }

  #remember(object: object): void {
    const { replyObjects } = this.#limits;
    if (this.#written.count >= replyObjects) {
      throw limitError(this.#limits, "replyObjects", "The value has too many objects");
    }
    this.#output.put(this.#written.add(object));
  }

  #writeList(list: readonly unknown[]): void {
    this.#output.opcode(OPCODE.EMPTY_LIST);
    this.#remember(list);
    this.#writeItems(list);
  }

  /** Appends to the list on top of Python's stack. */
  #writeItems(items: readonly unknown[]): void {
    if (items.length === 0) return;
    this.#output.opcode(OPCODE.MARK);
    for (let index = 0; index < items.length; index++) this.#step(index, items[index]);
    this.#output.opcode(OPCODE.APPENDS);
  }

  #writeTuple(tuple: Tuple): void {
    const before = this.#written.count;
    this.#writeTupleItems(tuple);
    if (tuple.length === 0) return;
    // It contained itself by way of a list or the like, and was finished there: that one counts.
    if (!this.#isFinishedSince(before, tuple)) this.#remember(tuple);
  }

  /** A tuple that nothing refers back to. */
  #writeTupleItems(tuple: Tuple): void {
    const { length } = tuple;
    const code = TUPLE_OPCODES[length];
    if (code === undefined) this.#output.opcode(OPCODE.MARK);
    for (let index = 0; index < length; index++) this.#step(index, tuple[index]);
    this.#output.opcode(code ?? OPCODE.TUPLE);
  }

  /** Whether writing the parts of an object has already written it; if so that one replaces what is on top of Python's stack. */
  #isFinishedSince(count: number, object: object): boolean {
    if (this.#written.count === count) return false;
    const index = this.#written.find(object);
    if (index < 0) return false;
    this.#output.opcode(OPCODE.POP);
    this.#output.get(index);
    return true;
  }

  #writeFields(fields: Readonly<Record<string, unknown>>): void {
    this.#output.opcode(OPCODE.EMPTY_DICT);
    this.#remember(fields);
    const names = Object.keys(fields);
    if (names.length === 0) return;
    this.#output.opcode(OPCODE.MARK);
    for (const name of names) {
      this.#step(KEY, name);
      this.#step(name, fields[name]);
    }
    this.#output.opcode(OPCODE.SETITEMS);
  }

  #writeDict(dict: ReadonlyMap<unknown, unknown>): void {
    this.#output.opcode(OPCODE.EMPTY_DICT);
    this.#remember(dict);
    this.#writeEntries(dict);
  }

  /** Sets items of the dict on top of Python's stack. */
  #writeEntries(dict: ReadonlyMap<unknown, unknown>): void {
    if (dict.size === 0) return;
    this.#output.opcode(OPCODE.MARK);
    for (const [key, value] of dict) {
      this.#writeHashed(KEY, key);
      this.#step(key, value);
    }
    this.#output.opcode(OPCODE.SETITEMS);
  }

  #writeSet(set: ReadonlySet<unknown>, kind: Global): void {
    const before = this.#written.count;
    this.write(kind);
    this.#output.opcode(OPCODE.EMPTY_LIST);
    if (set.size > 0) {
      this.#output.opcode(OPCODE.MARK);
      for (const element of set) this.#writeHashed(ELEMENT, element);
      this.#output.opcode(OPCODE.APPENDS);
    }
    this.#output.opcode(OPCODE.TUPLE1);
    this.#output.opcode(OPCODE.REDUCE);
    if (!this.#isFinishedSince(before, set)) this.#remember(set);
  }

  /** Writes a key or an element, which Python must be able to hash. */
  #writeHashed(step: symbol, value: unknown): void {
    this.#trail[this.#depth] = step;
    if (typeof value === "object" && value !== null) this.#refuseUnhashable(value, 0);
    this.write(value);
  }

  #refuseUnhashable(object: object, depth: number): void {
    if (depth > this.#limits.pickleDepth) throw limitError(this.#limits, "pickleDepth", "A key nests tuples too deep");
    const form = formOf(object);
    if (form === undefined) {
      const replacement = this.#replacementOf(object);
      if (typeof replacement === "object" && replacement !== null) this.#refuseUnhashable(replacement, depth + 1);
    } else if (form === "tuple") {
      this.#hashable ??= new Set();
      if (this.#hashable.has(object)) return;
      this.#hashable.add(object);
      for (const item of object as Tuple) {
        if (typeof item === "object" && item !== null) this.#refuseUnhashable(item, depth + 1);
      }
    } else if (form === "list" || form === "dict" || form === "fields" || form === "set" || form === "bytearray") {
      const what = form === "fields" ? "plain object" : form;
      const advice = "send a Tuple, a FrozenSet or a Uint8Array";
      throw this.#unsupported(`is a ${what}, which Python cannot hash as a key or an element; ${advice}`);
    }
  }

  /** Protocol 2 has no opcode for bytes: a call makes them from a text in which each character is one byte. */
  #writeBytes(bytes: Uint8Array, kind: Global): void {
    this.write(kind);
    this.#output.text(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
    this.#output.text("latin1");
    this.#output.opcode(OPCODE.TUPLE2);
    this.#output.opcode(OPCODE.REDUCE);
    this.#remember(bytes);
  }

  /** A class within a class is reached by `getattr`: before protocol 4 a reference names no path. */
  #writeGlobal(global: Global): void {
    const { module, name } = python2Global(global.module, global.name);
    const names = name.split(".");
    if (module === "" || names.includes("") || /[\n\ud800-\udfff]/u.test(module + name)) {
      throw this.#unsupported(`is no name of a Python class: ${JSON.stringify(`${module}.${name}`)}`);
    }
    for (let nested = names.length; nested > 1; nested--) this.write(GETATTR);
    this.#output.global(module, names[0] ?? "");
    for (const inner of names.slice(1)) {
      this.#output.text(inner);
      this.#output.opcode(OPCODE.TUPLE2);
      this.#output.opcode(OPCODE.REDUCE);
    }
    this.#remember(global);
  }

  #writeInstance(instance: Instance): void {
    const before = this.#written.count;
    this.#writeConstruction(instance);
    // Made again while its own arguments were written, and complete.
    if (this.#isFinishedSince(before, instance)) return;
    this.#remember(instance);
    if (instance.listItems) this.#writeItems(instance.listItems);
    if (instance.dictItems) this.#writeEntries(instance.dictItems);
    if (instance.state === undefined) return;
    this.#step("state", instance.state);
    this.#output.opcode(OPCODE.BUILD);
  }

  #writeConstruction(instance: Instance): void {
    const { construction, callable, args, kwargs } = instance;
    if (construction === "obj") {
      this.#output.opcode(OPCODE.MARK);
      this.#step("callable", callable);
      for (let index = 0; index < args.length; index++) this.#step(index, args[index]);
      this.#output.opcode(OPCODE.OBJ);
    } else if (kwargs === undefined) {
      this.#step("callable", callable);
      this.#writeTupleItems(args);
      this.#output.opcode(construction === "newobj" ? OPCODE.NEWOBJ : OPCODE.REDUCE);
    } else {
      this.write(NEWOBJ_EX);
      this.#step("callable", callable);
      this.#writeTupleItems(args);
      this.#step("kwargs", kwargs);
      this.#output.opcode(OPCODE.TUPLE3);
      this.#output.opcode(OPCODE.REDUCE);
    }
  }

  /** What stands in for an object without a form; asked for once. */
  #replacementOf(object: object): unknown {
    const known = this.#replacements?.get(object);
    if (known !== undefined) return known;
    const replacement = this.#replace?.(object);
    if (replacement === undefined) throw this.#unsupported(`is ${adviseOn(object)}`);
    (this.#replacements ??= new Map<object, unknown>()).set(object, replacement);
    return replacement;
  }

  #unsupported(problem: string): PickleError {
    return new PickleError("ERR_PDM_PICKLE_UNSUPPORTED", `${this.#place()} ${problem}`);
  }

  #place(): string {
    return formatTrail(this.#trail.slice(1, this.#depth + 1).filter((step) => step !== undefined));
  }
}
