import type { AttributeDescription } from "../objects/interfaces.js";
import { isStructSequence } from "../objects/struct-sequence.js";
import type { StructSequence } from "../objects/struct-sequence.js";
import { exceptionGlobal } from "../pickle/python-names.js";
import { Float, Global, Instance, Tuple } from "../pickle/values.js";
import { LOSS_FIELD } from "../wire/loss-notice.js";
import { PerfFault } from "./fault.js";

/** What every Python client can import, so that an event of no particular class arrives too. */
const EVENT_CLASS = new Global("pdm.perf", "event");
const ATTRIBUTE_INFO_CLASS = new Global("pdm.perf", "attrinfo");

/** `posix.uname_result` came with Python 3; a client that speaks protocol 0 is taken for a Python 2. */
const PYTHON3_SEQUENCE = "posix.uname_result";

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

/** The instance that an event arrives as: of its own Python class where its class names one, else of `pdm.perf.event`. */
export function createEvent(event: unknown): Instance {
  if (event === null || typeof event !== "object") {
    return Instance.withFields(EVENT_CLASS, { time: new Float(Date.now() / 1000), value: event });
  }
  const fields = readFields(event);
  if (!fields.has("time")) fields.set("time", new Float(Date.now() / 1000));
  return Instance.withFields(readPythonClass(event) ?? EVENT_CLASS, fields);
}

/** The event that says how many before it were lost. */
export function createLossNotice(lost: number): Instance {
  return Instance.withFields(EVENT_CLASS, { time: new Float(Date.now() / 1000), [LOSS_FIELD]: lost });
}

/** The reply to `attrinfo`. */
export function createAttributeInfo(description: unknown): Instance | null {
  if (description === undefined || description === null) return null;
  return Instance.withFields(ATTRIBUTE_INFO_CLASS, { desc: (description as AttributeDescription).description });
}

/**
 * The exception that `error`, whatever was thrown, arrives as; never throws.
 *
 * An error class may name its Python class (static `pythonClass`); else the class is the nearest one that every Python
 * has.
 */
export function createException(error: unknown): Instance {
  try {
    const named = typeof error === "object" && error !== null ? readPythonClass(error) : undefined;
    const message = error instanceof Error ? String(error.message) : String(error);
    return Instance.call(named ?? exceptionGlobal(chooseException(error)), message.slice(0, MAX_MESSAGE_CHARACTERS));
  } catch {
    return Instance.call(exceptionGlobal("Exception"), "the object threw something that cannot be shown");
  }
}

function chooseException(error: unknown): string {
  if (error instanceof PerfFault) return error.exceptionName;
  // By its code, since it may come from another copy of this package.
  if (error instanceof Error && "code" in error && error.code === "ERR_PDM_UNKNOWN_METHOD") return "AttributeError";
  if (error instanceof TypeError) return "TypeError";
  if (error instanceof RangeError) return "ValueError";
  return "Exception";
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
  const dot = name.lastIndexOf(".");
  if (dot <= 0 || dot === name.length - 1) {
    throw new PerfFault("ValueError", `pythonClass is ${JSON.stringify(name)}: it must be "MODULE.NAME"`);
  }
  return new Global(name.slice(0, dot), name.slice(dot + 1));
}

/** The object's own enumerable properties. Clients of the original expect `time` to be a float, even a whole one. */
function readFields(object: object): Map<string, unknown> {
  const fields = new Map<string, unknown>(Object.entries(object));
  const time = fields.get("time");
  if (typeof time === "number") fields.set("time", new Float(time));
  return fields;
}
