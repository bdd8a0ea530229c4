import vm from "node:vm";
import type { CommandScript } from "../syntax/command-script.js";
import { ignoreRejection } from "./promise.js";

interface Variable {
  value: unknown;
  readonly constant: boolean;
  /** Finds the value when the name is first read. */
  read?: (() => unknown) | undefined;
  /** Gives way to a global of the name. */
  readonly yields?: boolean;
  /** Set by the engine, until the client's own code sets it. */
  remembers?: boolean;
}

/** The scope of one command: what its free names refer to. */
export interface CommandScope {
  /** For `with`. Functions that the command made keep it. */
  readonly object: object;
  /** Declarations that have not taken effect by now never will. */
  end(): void;
}

/**
 * The variables of one client.
 *
 * A declaration takes effect when it is reached; until then, and for good if the command fails before it, the name means what
 * it meant before. Reading a name takes about a quarter of a microsecond.
 */
export class Variables {
  readonly #variables = new Map<string, Variable>();

  define(name: string, value: unknown): void {
    this.#variables.set(name, { value, constant: false });
  }

  /**
   * Defines a name whose value is found when it is first read, and kept. Where `read` throws, so does the reading, and the next one tries
   * again. A declaration or an assignment replaces it unread.
   *
   * @param yields whether a global of the name, now or later, is meant instead
   */
  defineLazy(name: string, read: () => unknown, { yields = false }: { yields?: boolean } = {}): void {
    this.#variables.set(name, { value: undefined, constant: false, read, yields });
  }

  /** Sets a name that the engine looks after (`_`), unless the client's own code has set it, or there is a global of the name. */
  remember(name: string, value: unknown): void {
    const variable = this.#variables.get(name);
    if (variable === undefined) this.#variables.set(name, { value, constant: false, yields: true, remembers: true });
    else if (variable.remembers === true) variable.value = value;
  }

  /** The names that have a meaning here, in the order in which they were first set. Of a later declaration only when it has taken effect. */
  names(): string[] {
    return [...this.#variables.keys()].filter((name) => this.#find(name) !== undefined);
  }

  /** What a name means here, as if it were a property: with `value`, or with `get` where it has not been read yet. Runs nothing. */
  describe(name: string): PropertyDescriptor | undefined {
    const variable = this.#find(name);
    if (variable === undefined) return undefined;
    const { value, constant, read } = variable;
    if (read) return { get: read, enumerable: true, configurable: true };
    return { value, writable: !constant, enumerable: true, configurable: true };
  }

  #find(name: string): Variable | undefined {
    const variable = this.#variables.get(name);
    return variable?.yields === true && name in globalThis ? undefined : variable;
  }

  openScope({ declarations, assigned, probed }: CommandScript): CommandScope {
    const variables = this.#variables;
    const pending = new Map(declarations);
    for (const [name, kind] of declarations) {
      if (kind === "var" && !variables.has(name) && !isGlobal(name)) this.define(name, undefined);
    }

    const find = (name: string): Variable | undefined => this.#find(name);

    const has = (_target: object, name: string | symbol): boolean => {
      if (typeof name === "symbol") return false;
      if (pending.has(name) || find(name) !== undefined) return true;
      // Else an assignment would make a property of the daemon's global object.
      if (assigned.has(name)) return !isGlobal(name);
      // Else it would be that of the wrapping.
      return name === "arguments";
    };

    const get = (_target: object, name: string | symbol): unknown => {
      if (typeof name === "symbol") return undefined; // Symbol.unscopables
      const variable = find(name);
      if (variable) return variable.read ? readFirst(variable) : variable.value;
      if (pending.has(name) && isGlobal(name)) return readGlobal(name);
      // `typeof` cannot be told from any other reading, but only a command that asks with `typeof` before it assigns comes here.
      if (probed.has(name)) return undefined;
      throw cutBefore(
        new ReferenceError(
          pending.has(name) ? `Cannot access '${name}' before initialization` : `${name} is not defined`,
        ),
        get,
      );
    };

    const set = (_target: object, name: string | symbol, value: unknown): boolean => {
      if (typeof name === "symbol") return false;
      const variable = variables.get(name);
      const kind = pending.get(name);
      if (kind !== undefined || variable === undefined) {
        pending.delete(name);
        variables.set(name, { value, constant: kind === "const" });
      } else if (variable.constant) {
        throw cutBefore(new TypeError(`Assignment to constant variable '${name}'`), set);
      } else {
        variable.value = value;
        variable.read = undefined;
        variable.remembers = false;
      }
      // `const p = fetch(…)` waits for a later command to await it.
      ignoreRejection(value);
      return true;
    };

    const deleteProperty = (_target: object, name: string | symbol): boolean => {
      if (typeof name === "string") variables.delete(name);
      return true;
    };

    return {
      object: new Proxy(Object.create(null) as object, { has, get, set, deleteProperty }),
      end: () => pending.clear(),
    };
  }
}

function readFirst(variable: Variable): unknown {
  const value = variable.read?.();
  variable.value = value;
  variable.read = undefined;
  return value;
}

/** Whether a name is a property of the global object, or what some script declared with `let`, `const` or `class`. */
function isGlobal(name: string): boolean {
  if (name in globalThis) return true;
  if (name === "arguments") return false;
  try {
    readGlobal(name);
    return true;
  } catch {
    return false;
  }
}

/** @param name an identifier: names of variables are all that `with` asks for */
function readGlobal(name: string): unknown {
  return (vm.compileFunction(`return ${name}`) as () => unknown)();
}

/** Leaves the frame of `trap`, and what it called, out of the error's stack. */
function cutBefore(error: Error, trap: (...args: never[]) => unknown): Error {
  Error.captureStackTrace(error, trap);
  return error;
}
