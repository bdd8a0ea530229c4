/* oxlint-disable no-extraneous-class -- The classes are traps. */
import assert from "node:assert/strict";
import { inspect } from "node:util";

/** A value that notes in `sprung` each time that any of its code runs. */
interface Trap {
  readonly value: unknown;
  readonly sprung: string[];
}

type Spring = (name: string) => (...args: unknown[]) => never;

function plant(create: (spring: Spring) => unknown): () => Trap {
  return () => {
    const sprung: string[] = [];
    const spring: Spring = (name) => () => {
      sprung.push(name);
      throw new Error(name);
    };
    const value = create(spring);
    // What the planting itself did does not count.
    sprung.length = 0;
    return { value, sprung };
  };
}

/** A handler of which every trap springs. */
function handler(spring: Spring): ProxyHandler<object> {
  const names = Object.getOwnPropertyNames(Reflect) as (keyof ProxyHandler<object>)[];
  return Object.fromEntries(names.map((name) => [name, spring(name)]));
}

function getters(spring: Spring, names: readonly PropertyKey[], object: object = {}): object {
  for (const name of names) {
    Object.defineProperty(object, name, { get: spring(`get ${String(name)}`), enumerable: true, configurable: true });
  }
  return object;
}

const SYMBOLS = [
  Symbol.toPrimitive,
  Symbol.toStringTag,
  Symbol.iterator,
  Symbol.asyncIterator,
  Symbol.hasInstance,
  Symbol.species,
  Symbol.unscopables,
  inspect.custom,
];

const NAMES = [
  "a",
  "b",
  "constructor",
  "name",
  "length",
  "size",
  "message",
  "stack",
  "cause",
  "prototype",
  "then",
  "toJSON",
  "__proto__",
  "byteLength",
  "source",
  "flags",
];

/** Values whose code a look at them could run, by what they are. */
export const TRAPS: Readonly<Record<string, () => Trap>> = {
  getters: plant((spring) => getters(spring, NAMES)),
  "getters with symbols for names": plant((spring) => getters(spring, SYMBOLS)),
  "getters of a prototype": plant((spring) => Object.create(getters(spring, [...NAMES, ...SYMBOLS])) as object),
  "methods that conversions call": plant((spring) => ({
    toString: spring("toString"),
    valueOf: spring("valueOf"),
    toJSON: spring("toJSON"),
    [Symbol.toPrimitive]: spring("toPrimitive"),
    [Symbol.iterator]: spring("iterator"),
    [inspect.custom]: spring("inspect"),
    then: spring("then"),
  })),
  "a proxy": plant((spring) => new Proxy({ a: 1 }, handler(spring))),
  "a proxy of a function": plant((spring) => new Proxy(function called() {}, handler(spring))),
  "a proxy of a class": plant((spring) => new Proxy(class A {}, handler(spring))),
  "a proxy of an array": plant((spring) => new Proxy([1], handler(spring))),
  "a revoked proxy": plant(() => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  }),
  "a proxy as prototype": plant((spring) => Object.create(new Proxy({}, handler(spring))) as object),
  "a proxy as prototype of a function": plant((spring) =>
    Object.setPrototypeOf(() => 1, new Proxy({}, handler(spring))),
  ),
  "a proxy as property": plant((spring) => ({
    a: new Proxy({ b: 1 }, handler(spring)),
    constructor: new Proxy(class {}, handler(spring)),
  })),
  "a proxy as prototype property": plant((spring) => {
    function Called(): void {}
    Called.prototype = new Proxy({}, handler(spring));
    return Called;
  }),
  "a proxy as handler": plant((spring) => new Proxy({}, new Proxy({}, handler(spring)))),
  "a class whose static name is a getter": plant(
    (spring) =>
      class {
        static get name(): string {
          return spring("name")();
        }
      },
  ),
  "an instance of a class whose static name is a getter": plant((spring) => {
    class A {
      a = 1;
      static get name(): string {
        return spring("name")();
      }
      static get [Symbol.hasInstance](): never {
        return spring("hasInstance")();
      }
    }
    return new A();
  }),
  "a function with getters": plant((spring) => getters(spring, ["name", "length", "toString"], () => 1)),
  "an array with getters": plant((spring) => getters(spring, ["0", "a", ...SYMBOLS], [1, 2])),
  "an array of another species": plant((spring) => {
    class List extends Array<number> {
      static override get [Symbol.species](): never {
        return spring("species")();
      }
      override get length(): number {
        return spring("length")();
      }
    }
    return List.from([1]);
  }),
  "a Map with its own ways": plant((spring) => {
    const map = new Map([[{ toString: spring("toString") }, getters(spring, NAMES)]]);
    for (const name of ["entries", "keys", "values", "forEach", "get"])
      Object.defineProperty(map, name, { value: spring(name) });
    return getters(spring, ["size", Symbol.iterator, Symbol.toStringTag], map);
  }),
  "a Set with its own ways": plant((spring) => {
    const set = new Set([getters(spring, NAMES)]);
    for (const name of ["entries", "keys", "values"]) Object.defineProperty(set, name, { value: spring(name) });
    return getters(spring, ["size", Symbol.iterator, Symbol.toStringTag], set);
  }),
  "an error with getters": plant((spring) => {
    const error = new Error("x");
    // Else the planting would format it.
    assert.ok(error.stack);
    return getters(spring, ["message", "name", "stack", "cause", "toString", Symbol.toStringTag], error);
  }),
  "an error whose stack is formatted by the service": plant((spring) => {
    const error = new Error("x");
    // oxlint-disable-next-line unbound-method
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (formatted) => (formatted === error ? spring("prepareStackTrace")() : String(formatted));
    setImmediate(() => {
      Error.prepareStackTrace = prepareStackTrace;
    });
    return error;
  }),
  "a Date with its own ways": plant((spring) => {
    const date = Object.assign(new Date(0), { getTime: spring("getTime"), toISOString: spring("toISOString") });
    return Object.defineProperty(date, Symbol.toPrimitive, { value: spring("toPrimitive") });
  }),
  "a regular expression with getters": plant((spring) =>
    getters(spring, ["source", "flags", "global", "toString"], /a/g),
  ),
  "a typed array with getters": plant((spring) =>
    getters(spring, ["length", "byteLength", "buffer", Symbol.toStringTag], new Uint8Array(3)),
  ),
  "a boxed value with its own ways": plant((spring) =>
    Object.assign(Object(1), { valueOf: spring("valueOf"), toString: spring("toString") }),
  ),
  "a promise with its own ways": plant((spring) => Object.assign(Promise.resolve(1), { then: spring("then") })),
  "a generator": plant((spring) =>
    (function* generate() {
      spring("started")();
      yield 1;
    })(),
  ),
  "a symbol with a described": plant(() => Symbol("x")),
};
