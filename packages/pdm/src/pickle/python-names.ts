import { Global } from "./values.js";

/**
 * The exceptions of Python 2.7's module `exceptions`. Python 3 maps exactly these names from there, and fails to load
 * any other.
 */
const PYTHON2_EXCEPTIONS: ReadonlySet<string> = new Set(
  `ArithmeticError AssertionError AttributeError BaseException BufferError BytesWarning DeprecationWarning EOFError
  EnvironmentError Exception FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning
  IndentationError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError
  OverflowError PendingDeprecationWarning ReferenceError RuntimeError RuntimeWarning StandardError StopIteration
  SyntaxError SyntaxWarning SystemError SystemExit TabError TypeError UnboundLocalError UnicodeDecodeError
  UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning
  ZeroDivisionError`.split(/\s+/),
);

/** Built-in names whose Python 2 equivalent is called otherwise; Python 3 maps these back. */
const RENAMED_BUILTINS: ReadonlyMap<string, readonly [module: string, name: string]> = new Map([
  ["int", ["__builtin__", "long"]],
  ["str", ["__builtin__", "unicode"]],
  ["chr", ["__builtin__", "unichr"]],
  ["range", ["__builtin__", "xrange"]],
  ["zip", ["itertools", "izip"]],
  ["map", ["itertools", "imap"]],
  ["filter", ["itertools", "ifilter"]],
]);

/** Whether Python 2.7 has a built-in exception of this name. */
export function isPython2Exception(name: string): boolean {
  return PYTHON2_EXCEPTIONS.has(name);
}

/**
 * The class reference under which a built-in exception loads in Python 3 and, where it has the exception, in Python 2.
 *
 * What Python 2 had is `exceptions.NAME`; what came later (`TimeoutError`) is `__builtin__.NAME`, which Python 3 maps.
 */
export function exceptionGlobal(name: string): Global {
  return new Global(isPython2Exception(name) ? "exceptions" : "__builtin__", name);
}

/**
 * A class reference under the name that Python 2 has for it, as protocol 2 wants it: Python 3 maps such names back.
 * Only modules whose names both map are changed; any other name loads where its module exists.
 */
export function python2Global(module: string, name: string): Global {
  if (module === "copyreg") return new Global("copy_reg", name);
  if (module !== "builtins") return new Global(module, name);
  if (isPython2Exception(name)) return new Global("exceptions", name);
  const renamed = RENAMED_BUILTINS.get(name);
  return renamed ? new Global(renamed[0], renamed[1]) : new Global("__builtin__", name);
}
