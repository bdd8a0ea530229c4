import { PdmError } from "../errors.js";
import type { Invocable } from "./interfaces.js";

/** What an {@link Invocable} throws for a name that it has no method for. `code` is `ERR_PDM_UNKNOWN_METHOD`. */
export class UnknownMethodError extends PdmError {
  constructor(method: string) {
    super("ERR_PDM_UNKNOWN_METHOD", `${JSON.stringify(method)} is not a method of this object`);
  }
}

/** A function of a {@link MethodTable}: positional arguments first, then, where the caller named any, one object of those. */
export type Method = (...args: never[]) => unknown;

/** Functions that clients may call by name; the service adds and removes them as it likes. */
export class MethodTable implements Invocable {
  readonly #methods: Map<string, Method>;

  constructor(methods: Readonly<Record<string, Method>> = {}) {
    this.#methods = new Map(Object.entries(methods));
  }

  /** Adds the method, or replaces it. */
  set(name: string, method: Method): this {
    this.#methods.set(name, method);
    return this;
  }

  /** Removes the method; false where there was none. */
  delete(name: string): boolean {
    return this.#methods.delete(name);
  }

  /** @throws UnknownMethodError where there is no such method, without having called anything */
  invoke(method: string, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown {
    const run = this.#methods.get(method);
    if (run === undefined) throw new UnknownMethodError(method);
    const all = Object.keys(kwargs).length === 0 ? args : [...args, kwargs];
    return Reflect.apply(run, undefined, all);
  }
}
