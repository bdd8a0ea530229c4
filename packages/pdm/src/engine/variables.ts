import vm from "node:vm";
import type { CommandScript } from "../syntax/command-script.js";
import { ignoreRejection } from "./promise.js";

interface Variable {
  value: unknown;
  readonly constant: boolean;
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

  openScope({ declarations, assigned, probed }: CommandScript): CommandScope {
    const variables = this.#variables;
    const pending = new Map(declarations);
    for (const [name, kind] of declarations) {
      if (kind === "var" && !variables.has(name) && !isGlobal(name)) this.define(name, undefined);
    }

    const has = (_target: object, name: string | symbol): boolean => {
      if (typeof name === "symbol") return false;
      if (variables.has(name) || pending.has(name)) return true;
      // Else an assignment would make a property of the daemon's global object.
      if (assigned.has(name)) return !isGlobal(name);
      // Else it would be that of the wrapping.
      return name === "arguments";
    };

    const get = (_target: object, name: string | symbol): unknown => {
      if (typeof name === "symbol") return undefined; // Symbol.unscopables
      const variable = variables.get(name);
      if (variable) return variable.value;
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
