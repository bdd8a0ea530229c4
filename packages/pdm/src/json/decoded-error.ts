/** The classes whose names say what they are; an error of another class is an Error with that name. */
const CLASSES: ReadonlyMap<string, new (message?: string) => Error> = new Map<string, new (message?: string) => Error>([
  ["EvalError", EvalError],
  ["RangeError", RangeError],
  ["ReferenceError", ReferenceError],
  ["SyntaxError", SyntaxError],
  ["TypeError", TypeError],
  ["URIError", URIError],
]);

/** An error of that name and message that was made elsewhere: it has no frames of this process. */
export function makeError(name: string, message: string | undefined): Error {
  const before = Error.stackTraceLimit;
  // Not an assignment: it may be frozen. Frames would be wrong, and cost more than all else.
  Reflect.set(Error, "stackTraceLimit", 0);
  const error = new (CLASSES.get(name) ?? Error)(message);
  Reflect.set(Error, "stackTraceLimit", before);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, writable: true, configurable: true });
  const stack = message === undefined || message === "" ? name : `${name}: ${message}`;
  Object.defineProperty(error, "stack", { value: stack, writable: true, configurable: true });
  return error;
}
