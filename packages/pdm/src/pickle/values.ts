/** The forms that have a class here, which carries the form's name as a mark. */
export type MarkedForm = "tuple" | "frozenset" | "bytearray" | "float" | "global" | "instance";

/** Registered under a name for the whole process, since another copy of this package may have made the value. */
const FORM = Symbol.for("pdm.pickle.form");

/** The form that a value's class carries as a mark, whichever copy of this package the class comes from. */
export function markedForm(value: object): MarkedForm | undefined {
  return (value as { [FORM]?: MarkedForm })[FORM];
}

function mark(prototype: object, form: MarkedForm): void {
  Object.defineProperty(prototype, FORM, { value: form });
}

/** A Python tuple. `Tuple.of("a", 1)` and `Tuple.from(iterable)` make one; `new Tuple(n)` makes one of n holes. */
export class Tuple<T = unknown> extends Array<T> {
  /** The same as inherited, many times faster. */
  static override of<T>(...items: T[]): Tuple<T> {
    // Not by its name: the bundler renames a class that refers to itself, and that name would be shown.
    const tuple = new this<T>(items.length);
    for (let index = 0; index < items.length; index++) tuple[index] = items[index] as T;
    return tuple;
  }
}
mark(Tuple.prototype, "tuple");

/** A Python frozenset. */
export class FrozenSet<T = unknown> extends Set<T> {}
mark(FrozenSet.prototype, "frozenset");

/** A Python bytearray; Python's immutable bytes are a plain `Uint8Array`. */
export class ByteArray extends Uint8Array {}
mark(ByteArray.prototype, "bytearray");

/** A number that is a Python float even where it is whole: `new Float(1)` is written as `1.0`, `1` as `1`. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }
}
mark(Float.prototype, "float");

/**
 * A reference to a Python class or function, by name. It is inert: nothing is imported or called for it.
 *
 * Read from a pickle it carries the name that Python 2 has for it (`__builtin__`, `exceptions`, `copy_reg`), whichever
 * version sent it. A nested class has dots in its name: `new Global("shop", "Order.Line")`.
 */
export class Global {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  /** `module.name`. */
  toString(): string {
    return `${this.module}.${this.name}`;
  }
}
mark(Global.prototype, "global");

/**
 * How Python makes an instance, after the opcodes: `reduce` calls `callable(*args)`; `newobj` calls
 * `callable.__new__(callable, *args, **kwargs)` and no `__init__`; `obj` makes an instance of a Python 2 classic class.
 */
export type Construction = "reduce" | "newobj" | "obj";

/** What a Python instance holds besides its constructor's arguments. */
export interface InstanceContents {
  /** Handed to `__setstate__`, else put into `__dict__`: a Map or plain object of fields. Absent: nothing is. */
  state?: unknown;
  /** Keyword arguments of `__new__`; only with `newobj`. Python 2 cannot load them. */
  kwargs?: unknown;
  /** Appended after construction: the elements of a subclass of list. */
  listItems?: unknown[] | undefined;
  /** Set after construction: the entries of a subclass of dict. */
  dictItems?: Map<unknown, unknown> | undefined;
}

/**
 * A Python instance, or whatever else a pickle describes as a call: data only, nothing is called for it.
 *
 * `Instance.withFields(new Global("pdm.perf", "attrinfo"), { desc: "orders" })` is what most classes need;
 * `Instance.call(new Global("exceptions", "KeyError"), "name")` what exceptions and named tuples need.
 */
export class Instance implements InstanceContents {
  readonly construction: Construction;
  /** The class or function; itself an Instance where that was computed, such as a `functools.partial`. */
  readonly callable: Global | Instance;
  readonly args: Tuple;
  kwargs: unknown;
  state: unknown;
  listItems: unknown[] | undefined;
  dictItems: Map<unknown, unknown> | undefined;

  constructor(construction: Construction, callable: Global | Instance, args: Tuple, contents?: InstanceContents) {
    this.construction = construction;
    this.callable = callable;
    this.args = args;
    this.kwargs = contents?.kwargs;
    this.state = contents?.state;
    this.listItems = contents?.listItems;
    this.dictItems = contents?.dictItems;
  }

  /** An instance made without `__init__`, whose `__dict__` gets these fields. */
  static withFields(callable: Global, fields: Map<string, unknown> | Readonly<Record<string, unknown>>): Instance {
    const state = fields instanceof Map ? fields : new Map(Object.entries(fields));
    return new this("newobj", callable, new Tuple(), { state });
  }

  /** What calling the class or function returns. */
  static call(callable: Global, ...args: readonly unknown[]): Instance {
    return new this("reduce", callable, Tuple.of(...args));
  }

  /** The class, where the pickle names one; of what `copy_reg._reconstructor` makes, the class that it makes. */
  get class(): Global | undefined {
    if (markedForm(this.callable) !== "global") return undefined;
    const callable = this.callable as Global;
    const first = this.args[0];
    const isReconstructed = callable.module === "copy_reg" && callable.name === "_reconstructor";
    return isReconstructed && first instanceof Global ? first : callable;
  }

  /** `module.name` of the class, or an empty string where the pickle names none. */
  get className(): string {
    return this.class?.toString() ?? "";
  }

  /** The fields by name: the state's, also of a class with `__slots__`. A new Map at each call; empty where the state has another shape. */
  get fields(): Map<string, unknown> {
    const parts = this.state instanceof Tuple ? this.state : [this.state];
    const fields = new Map<string, unknown>();
    for (const part of parts) {
      if (!(part instanceof Map)) continue;
      for (const [name, value] of part) if (typeof name === "string") fields.set(name, value);
    }
    return fields;
  }
}
mark(Instance.prototype, "instance");
