import { Instance } from "../../pickle/values.js";

/** An instance of a Python class, as far as programs usually look. */
export interface PythonObject {
  /** `MODULE.NAME`; empty for what is no instance of a class. */
  readonly pythonClass: string;
  /** What its constructor is called with. */
  readonly args: readonly unknown[];
  /** Its attributes; without prototype, so that `__proto__` is a name like any other. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What `value`, which came out of a pickle, is. Nothing of it is run. */
export function readPythonObject(value: unknown): PythonObject {
  const fields = Object.create(null) as Record<string, unknown>;
  if (!(value instanceof Instance)) return { pythonClass: "", args: [], fields: Object.freeze(fields) };
  for (const [name, field] of value.fields) fields[name] = field;
  // `copy_reg._reconstructor` has arguments of its own, which are not those of the class that it makes.
  const args = value.class === value.callable ? [...value.args] : [];
  return { pythonClass: value.className, args, fields: Object.freeze(fields) };
}
