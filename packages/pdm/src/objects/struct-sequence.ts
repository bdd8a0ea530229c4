/** Registered for the whole process: another copy of this package may have made the record. */
const MARK = Symbol.for("pdm.struct-sequence");

/**
 * A record with named fields in a fixed order, which Python knows as a struct sequence (`resource.struct_rusage`):
 * a tuple there whose items have names.
 */
export class StructSequence {
  /** `MODULE.NAME` of the Python class. */
  readonly pythonClass: string;
  /** Name to value, in Python's order. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(pythonClass: string, fields: Readonly<Record<string, unknown>>) {
    this.pythonClass = pythonClass;
    this.fields = fields;
  }
}
Object.defineProperty(StructSequence.prototype, MARK, { value: true });

/** Whether `object` is a struct sequence, of whichever copy of this package. */
export function isStructSequence(object: object): object is StructSequence {
  return (object as { [MARK]?: boolean })[MARK] === true;
}
