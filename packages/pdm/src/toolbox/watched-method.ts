import { functionName, isObject } from "../engine/safe-read.js";
import { PdmError } from "../errors.js";

/** What is told of one call; undefined where nobody wants to know of it. */
export interface CallObserver {
  /** Called before the call; what it returns, with what came of it. Must not throw. */
  begin(receiver: unknown, call: Call): ((outcome: CallOutcome) => void) | undefined;
}

/** One call. */
export interface Call {
  readonly kind: "call" | "new" | "get" | "set";
  readonly args: readonly unknown[];
}

export type CallOutcome =
  | { readonly threw: false; readonly value: unknown }
  | { readonly threw: true; readonly error: unknown };

/** A function of ours that stands in for another. */
interface StandIn {
  readonly original: AnyFunction;
  /** Whether it only passes calls on by now. */
  isDone: boolean;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
/** A property's functions: of a method one, of an accessor one or two. */
interface FunctionParts {
  readonly value?: AnyFunction;
  readonly get?: AnyFunction;
  readonly set?: AnyFunction;
}
type Place = readonly [holder: object, descriptor: PropertyDescriptor];

/** To take out what is done with, wherever it is found. */
const standIns = new WeakMap<object, StandIn>();

/**
 * Has an observer told of each call of a method, a static method, a constructor or an accessor, until `restore`.
 *
 * The property gets a proxy of the function, so that name, length, properties, `this`, `new.target` and results are the function's own. An
 * inherited one is replaced where it is, in the prototype, and only calls on `object` are told. Where somebody has put something else into its
 * place meanwhile, which may call it, `restore` leaves it there, and it only passes calls on.
 */
export class WatchedMethod {
  /** Such as `Cart.total`. */
  readonly name: string;
  readonly #object: object;
  readonly #key: string | symbol;
  readonly #holder: object;
  readonly #observer: CallObserver;
  readonly #standIns: StandIn[] = [];

  /** @throws PdmError `ERR_PDM_WATCH` for what cannot be watched, saying why */
  constructor(object: unknown, key: string | symbol, observer: CallObserver) {
    this.name = nameMethod(object, key);
    if (!isObject(object)) throw fail(`$watch takes an object and the name of its method, not ${String(object)}`);
    const [holder, descriptor] = findPlace(object, key, this.name);
    this.#object = object;
    this.#key = key;
    this.#holder = holder;
    this.#observer = observer;
    const replaced = this.#replace(descriptor);
    this.#checkPlace(descriptor);
    Object.defineProperty(holder, key, replaced);
  }

  /** Puts the original back. A second call does nothing. */
  restore(): void {
    for (const standIn of this.#standIns) standIn.isDone = true;
    const descriptor = Object.getOwnPropertyDescriptor(this.#holder, this.#key);
    if (descriptor === undefined) return;
    const restored = { ...descriptor };
    for (const part of ["value", "get", "set"] as const) {
      if (typeof descriptor[part] === "function") restored[part] = unwrap(descriptor[part] as AnyFunction);
    }
    // Frozen meanwhile: then what is there passes calls on.
    Reflect.defineProperty(this.#holder, this.#key, restored);
  }

  #replace(descriptor: PropertyDescriptor): PropertyDescriptor {
    if (typeof descriptor.value === "function") {
      return { ...descriptor, value: this.#standIn(descriptor.value as AnyFunction, "call") };
    }
    if (descriptor.get === undefined && descriptor.set === undefined) {
      throw fail(`${this.name} is no function: only methods and accessors can be watched`);
    }
    const { get, set } = descriptor as FunctionParts;
    return {
      ...descriptor,
      ...(get && { get: this.#standIn(get, "get") }),
      ...(set && { set: this.#standIn(set, "set") }),
    };
  }

  #checkPlace(descriptor: PropertyDescriptor): void {
    const reason = findObstacle(this.#holder, this.#object, descriptor);
    if (reason !== undefined) throw fail(`${this.name} cannot be watched: ${reason}`);
  }

  #standIn(original: AnyFunction, kind: Call["kind"]): AnyFunction {
    const standIn: StandIn = { original, isDone: false };
    const isOwn = this.#holder === this.#object;
    const isWanted = (receiver: unknown): boolean => !standIn.isDone && (isOwn || receiver === this.#object);
    const proxy: AnyFunction = new Proxy(original, {
      apply: (target, receiver: unknown, args: unknown[]) => {
        const end = isWanted(receiver) ? this.#observer.begin(receiver, { kind, args }) : undefined;
        return end === undefined
          ? Reflect.apply(target, receiver, args)
          : finish(() => Reflect.apply(target, receiver, args), end);
      },
      construct: (target, args: unknown[], newTarget: NewTarget) => {
        // `new.target` as without us.
        const constructed = (newTarget as unknown) === proxy ? (target as unknown as NewTarget) : newTarget;
        const end = standIn.isDone ? undefined : this.#observer.begin(undefined, { kind: "new", args });
        return (
          end === undefined
            ? Reflect.construct(target, args, constructed)
            : finish(() => Reflect.construct(target, args, constructed) as unknown, end)
        ) as object;
      },
    });
    standIns.set(proxy, standIn);
    this.#standIns.push(standIn);
    return proxy;
  }
}

type NewTarget = new (...args: never[]) => unknown;

function finish(run: () => unknown, end: (outcome: CallOutcome) => void): unknown {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    end({ threw: true, error });
    throw error;
  }
  end({ threw: false, value });
  return value;
}

/** What is below those of our functions that are done with. */
function unwrap(found: AnyFunction): AnyFunction {
  let original = found;
  for (let below = standIns.get(original); below?.isDone === true; below = standIns.get(original)) {
    ({ original } = below);
  }
  return original;
}

/** Where the property is: in the object itself or in a prototype. */
function findPlace(object: object, key: string | symbol, name: string): Place {
  for (let holder: object | null = object; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key);
    if (descriptor !== undefined) return [holder, descriptor];
  }
  throw fail(`there is no ${name}`);
}

/** Why the property cannot be replaced without harm, if so. */
function findObstacle(holder: object, object: object, descriptor: PropertyDescriptor): string | undefined {
  if (process.getBuiltinModule("node:util").types.isModuleNamespaceObject(holder)) {
    return "the exports of an ES module cannot be replaced; watch a method of an object or of a class's prototype";
  }
  const { value, get, set } = descriptor as FunctionParts;
  const original = value ?? get ?? set;
  const source = original === undefined ? "" : Function.prototype.toString.call(original);
  if (holder !== object && source.endsWith("{ [native code] }") && original && !standIns.has(original)) {
    return "it is a built-in that every such object of the process shares";
  }
  if (source.startsWith("class") && /\bstatic\s+(?:async\b\s*)?\*?\s*(?:[gs]et\s+)?#/u.test(source)) {
    return "the class has private static members, which its static methods would not find any more";
  }
  const isReplaceable = descriptor.configurable === true || descriptor.writable === true;
  return isReplaceable ? undefined : "the property can be neither written nor configured";
}

function nameMethod(object: unknown, key: string | symbol): string {
  const method = typeof key === "symbol" ? `[${String(key)}]` : `.${key}`;
  if (typeof object === "function") return `${functionName(object) ?? "function"}${method}`;
  if (!isObject(object)) return `x${method}`;
  const constructor = Object.getOwnPropertyDescriptor(object, "constructor")?.value as unknown;
  if (typeof constructor === "function") return `${functionName(constructor) ?? "Object"}.prototype${method}`;
  const prototype = Object.getPrototypeOf(object) as object | null;
  const above = prototype && (Object.getOwnPropertyDescriptor(prototype, "constructor")?.value as unknown);
  return `${(typeof above === "function" && functionName(above)) || "Object"}${method}`;
}

function fail(message: string): PdmError {
  return new PdmError("ERR_PDM_WATCH", message);
}
