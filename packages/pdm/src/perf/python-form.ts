import type { ObjectDescription } from "../objects/description.js";
import { isStructSequence } from "../objects/struct-sequence.js";
import type { StructSequence } from "../objects/struct-sequence.js";
import { exceptionGlobal } from "../pickle/python-names.js";
import { Float, Global, Instance, markedForm, Tuple } from "../pickle/values.js";
import { NoSuchNameError } from "../session/access-error.js";
import { describeThrown } from "../warning.js";
import { LOSS_FIELD } from "../wire/loss-notice.js";
import { PerfFault } from "./fault.js";

/** What every Python client can import, so that an event of no particular class arrives too. */
const EVENT_CLASS = new Global("pdm.perf", "event");
const ATTRIBUTE_INFO_CLASS = new Global("pdm.perf", "attrinfo");

/** `posix.uname_result` came with Python 3; a client that speaks protocol 0 is taken for a Python 2. */
const PYTHON3_SEQUENCE = "posix.uname_result";

/** Identifiers with dots between, at least two. Beyond ASCII Python decides. */
const CLASS_NAME = /^[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*(?:\.[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)+$/;

/** An error's message is for people; a longer one is cut. */
const MAX_MESSAGE_CHARACTERS = 4_096;

/**
 * What travels in place of an object that pickles have no form for: errors, events, struct sequences.
 *
 * @param plainTuples whether a struct sequence whose class Python 2 lacks travels as a plain tuple
 * @returns undefined for any other object: it cannot be sent
 */
export function toPythonForm(object: object, plainTuples: boolean): unknown {
  if (isStructSequence(object)) return toStructSequence(object, plainTuples);
  if (object instanceof Error) return createException(object);
  const eventClass = readPythonClass(object);
  return eventClass === undefined ? undefined : Instance.withFields(eventClass, readFields(object));
}

/**
 * The instance that an event arrives as: of its own Python class where its class names one, else of `pdm.perf.event`.
 * Own enumerable properties, or the entries of a Map, become its fields; what has neither is its field `value`. An
 * `Instance` goes as it is.
 *
 * @throws PerfFault for a class name that is none, and for a field that is reserved
 */
export function createEvent(event: unknown): Instance {
  if (isObject(event) && markedForm(event) === "instance") return event as Instance;
  const pythonClass = isObject(event) ? readPythonClass(event) : undefined;
  const fields = pythonClass === undefined ? readEventFields(event) : readFields(event as object);
  if (!fields.has("time")) fields.set("time", new Float(Date.now() / 1000));
  if (fields.has(LOSS_FIELD))
    throw new PerfFault("ValueError", `the field ${LOSS_FIELD} says how many events were lost`);
  return Instance.withFields(pythonClass ?? EVENT_CLASS, fields);
}

/** The event that says how many before it were lost. */
export function createLossNotice(lost: number): Instance {
  return Instance.withFields(EVENT_CLASS, { time: new Float(Date.now() / 1000), [LOSS_FIELD]: lost });
}

/** The reply to `attrinfo`. */
export function createAttributeInfo(description: unknown): Instance | null {
  if (description === undefined || description === null) return null;
  return Instance.withFields(ATTRIBUTE_INFO_CLASS, { desc: (description as ObjectDescription).description ?? null });
}

/**
 * The exception that `error`, whatever was thrown, arrives as; never throws.
 *
 * An error class may name its Python class (static `pythonClass`); else, and where that is no name, the class is the
 * nearest one that every Python has.
 */
export function createException(error: unknown): Instance {
  const message = describeFailure(error).slice(0, MAX_MESSAGE_CHARACTERS);
  let exceptionClass: Global | undefined;
  try {
    exceptionClass = (isObject(error) ? readPythonClass(error) : undefined) ?? exceptionGlobal(chooseException(error));
  } catch {
    exceptionClass = exceptionGlobal("Exception");
  }
  return Instance.call(exceptionClass, message);
}

/** The exceptions of the original for what never got as far as the object, or came back from it as no fault of its own. By the code, since the error may come from another copy of this package. */
const EXCEPTION_BY_CODE: Readonly<Record<string, string>> = {
  ERR_PDM_UNKNOWN_METHOD: "AttributeError",
  ERR_PDM_INVALID_ARGUMENT: "ValueError",
  ERR_PDM_BROKEN_OBJECT: "ValueError",
  ERR_PDM_REFUSED: "RuntimeError",
};

/** What the original raises where a name leads nowhere. */
const MISSING_EXCEPTION = { module: "ImportError", object: "AttributeError", entry: "KeyError" } as const;

function chooseException(error: unknown): string {
  if (error instanceof PerfFault) return error.exceptionName;
  if (error instanceof NoSuchNameError) return MISSING_EXCEPTION[error.missing];
  const known = error instanceof Error && "code" in error ? EXCEPTION_BY_CODE[String(error.code)] : undefined;
  if (known !== undefined) return known;
  if (error instanceof TypeError) return "TypeError";
  if (error instanceof RangeError) return "ValueError";
  return "Exception";
}

/** A KeyError is about the key, and nothing else. */
function describeFailure(error: unknown): string {
  return error instanceof NoSuchNameError && error.missing === "entry" ? error.missingName : describeThrown(error);
}

function toStructSequence(sequence: StructSequence, plainTuples: boolean): unknown {
  const values = Tuple.from(Object.values(sequence.fields));
  if (plainTuples && sequence.pythonClass === PYTHON3_SEQUENCE) return values;
  return Instance.call(parseClassName(sequence.pythonClass), values, new Map());
}

/** The Python class that the object's own class names, also through inheritance. */
function readPythonClass(object: object): Global | undefined {
  const name: unknown = (object.constructor as { pythonClass?: unknown } | undefined)?.pythonClass;
  return typeof name === "string" ? parseClassName(name) : undefined;
}

function parseClassName(name: string): Global {
  if (!CLASS_NAME.test(name)) {
    throw new PerfFault("ValueError", `pythonClass is ${JSON.stringify(name)}: it must be "MODULE.NAME"`);
  }
  const dot = name.lastIndexOf(".");
  return new Global(name.slice(0, dot), name.slice(dot + 1));
}

/** What an event without a class of its own consists of. */
function readEventFields(event: unknown): Map<string, unknown> {
  if (event instanceof Map && [...event.keys()].every((key) => typeof key === "string")) {
    return new Map(event as ReadonlyMap<string, unknown>);
  }
  // Dates, arrays, errors and the like have no fields to speak of.
  const isRecord = Object.prototype.toString.call(event) === "[object Object]";
  return isRecord ? readFields(event as object) : new Map([["value", event]]);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The object's own enumerable properties. Clients of the original expect `time` to be a float, even a whole one. */
function readFields(object: object): Map<string, unknown> {
  const fields = new Map<string, unknown>(Object.entries(object));
  const time = fields.get("time");
  if (typeof time === "number") fields.set("time", new Float(time));
  return fields;
}
