import { types } from "node:util";
import { readParameters } from "../syntax/function-parameters.js";

/** Characters of a function's text that are read for its parameters: of a class, the constructor must be among them. */
const READ_CHARACTERS = 20_000;

// As it was before the service could replace it.
const { toString } = Function.prototype;

/** What a function is, from its text as V8 keeps it. */
export interface FunctionText {
  readonly isClass: boolean;
  /** `(orders, limit = 10)`; undefined for a native function, and a class without a constructor of its own. */
  readonly parameters: string | undefined;
}

/** Reads a function's text; runs nothing of it. */
export function readFunction(call: object): FunctionText {
  if (typeof call !== "function" || types.isProxy(call)) return { isClass: false, parameters: undefined };
  const text = Reflect.apply(toString, call, []).slice(0, READ_CHARACTERS);
  const isClass = /^class\b/.test(text);
  if (text.endsWith("{ [native code] }")) return { isClass, parameters: undefined };
  return { isClass, parameters: readParameters(text, isClass) };
}
