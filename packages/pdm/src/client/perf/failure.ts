import { inspect } from "node:util";
import { NoSuchInterfaceError, NoSuchMethodError, NoSuchNameError, ReadFailedError, RemoteError } from "../errors.js";
import { readPythonObject, type PythonObject } from "./python-object.js";
import { showText } from "../quoted-text.js";

/** What was asked, for the meaning of an exception and for its message. */
export interface RequestDescription {
  readonly kind: "bind" | "lookup" | "unbind" | "ls" | "readattr" | "attrinfo" | "invoke" | "subs";
  /** The object's name as the caller knows it, such as `shop.orders/open`; for `bind` and `lookup`, of the object asked for. */
  readonly target: string;
  /** For `invoke`. */
  readonly method?: string;
}

/** Characters of an exception's text that go into a message; all of it is in `args`. */
const MAX_TEXT_CHARACTERS = 500;

/** The error that `exception`, as it came out of the pickle, means for `request`. */
export function createRemoteError(exception: unknown, request: RequestDescription): RemoteError {
  const raised = readPythonObject(exception);
  const text = describeException(exception);
  const { kind, target, method } = request;
  if (raised.pythonClass === "pdm.perf.nosuchproto") {
    return new NoSuchInterfaceError(`${target} does not offer what ${kind} needs (${text})`, raised);
  }
  // A ValueError too: that the id is no directory was ruled out before, so what was found is nothing to manage.
  if ((kind === "bind" || kind === "lookup") && NO_NAME[kind].test(raised.pythonClass)) {
    return new NoSuchNameError(`no such name: ${target} (${text})`, raised);
  }
  if (kind === "readattr") return new ReadFailedError(`${target} could not be read (${text})`, raised);
  if (kind === "invoke" && isUnknownMethod(raised, method)) {
    return new NoSuchMethodError(`no such method: ${method} of ${target} (${text})`, raised);
  }
  return new RemoteError(`${method ?? kind} of ${target} raised ${text}`, raised);
}

/** Exceptions by which the releases 0.2 and 0.3 say that there is no such thing, or that it is nothing to manage. */
const NO_NAME = {
  bind: /^(?:pdm\.perf\.nosuchname|(?:exceptions|__builtin__)\.(?:ImportError|ModuleNotFoundError|AttributeError|ValueError))$/,
  lookup: /^(?:pdm\.perf\.nosuchname|(?:exceptions|__builtin__)\.(?:KeyError|ValueError))$/,
};

/**
 * `AttributeError` says that the method is unknown, but a fault in the code of one that is known says the same. The latter
 * has Python's own words, which name another attribute.
 */
function isUnknownMethod(raised: PythonObject, method: string | undefined): boolean {
  if (raised.pythonClass !== "exceptions.AttributeError") return false;
  const missing = / has no attribute '([^']*)'/.exec(String(raised.args[0]));
  return missing === null || missing[1] === method;
}

/** An exception in one line, as Python shows it: `KeyError: 'name'`. Control characters are shown as escapes. */
export function describeException(exception: unknown): string {
  const { pythonClass, args } = readPythonObject(exception);
  if (pythonClass === "") return describeValue(exception);
  const name = pythonClass.slice(pythonClass.lastIndexOf(".") + 1);
  const quoted = name === "KeyError";
  const text = args.map((arg) => (typeof arg === "string" && !quoted ? arg : describeValue(arg))).join(", ");
  return showText(text === "" ? name : `${name}: ${text}`, MAX_TEXT_CHARACTERS);
}

function describeValue(value: unknown): string {
  return inspect(value, { depth: 1, maxArrayLength: 5, maxStringLength: MAX_TEXT_CHARACTERS, breakLength: Infinity });
}
