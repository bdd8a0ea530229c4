import type { Runtime, Session } from "node:inspector";
import { PdmError } from "../errors.js";
import { describeThrown } from "../warning.js";
import { describeResult } from "./description.js";
import type { DescribedValue } from "./description.js";

/** Why there is nothing. */
interface Stopped {
  readonly ended: "refused" | "late";
}

/** What became of an expression. */
type Evaluated = { readonly ended: "returned"; readonly id: string } | Stopped;

/** What became of its value. */
type Described = { readonly ended: "described"; readonly value: DescribedValue } | Stopped;

/** Under which name the inspector finds what is ours, for the moment that it takes. */
const PLACE = "pdm.inspect.v1";

/** A session with the process's own inspector, for one look; independent of any other. To be closed in the same turn of the event loop. */
export interface Inspection {
  /** Evaluates under V8's check; what it returns must be safe for the inspector to describe. */
  evaluate(expression: string, timeoutMs: number): Evaluated;
  /** Describes the pair of that id under the same check. */
  describe(pairId: string, timeoutMs: number): Described;
  close(): void;
}

/** @throws PdmError `ERR_PDM_INSPECT` where this process has none */
export function openInspection(): Inspection {
  const session = connect();
  return {
    evaluate: (expression, timeoutMs) => withoutStacks(() => evaluate(session, expression, timeoutMs)),
    describe: (pairId, timeoutMs) => withoutStacks(() => describe(session, pairId, timeoutMs)),
    close: () => {
      session.disconnect();
    },
  };
}

function connect(): Session {
  try {
    const inspector = process.getBuiltinModule("node:inspector");
    const session = new inspector.Session();
    session.connect();
    return session;
  } catch (error) {
    throw new PdmError(
      "ERR_PDM_INSPECT",
      `this process cannot be looked into without effects, since it has no inspector: ${describeThrown(error)}`,
      { cause: error },
    );
  }
}

function evaluate(session: Session, expression: string, timeout: number): Evaluated {
  const options = { expression, throwOnSideEffect: true, silent: true, timeout, objectGroup: PLACE };
  const reply = ask(session, "Runtime.evaluate", options) as Runtime.EvaluateReturnType | undefined;
  if (reply === undefined) return { ended: "late" };
  const { objectId, subtype } = reply.result;
  const isPair = reply.exceptionDetails === undefined && subtype === "array" && objectId !== undefined;
  return isPair ? { ended: "returned", id: objectId } : { ended: "refused" };
}

function describe(session: Session, pairId: string, timeout: number): Described {
  // The inspector calls a function without a limit of time; it evaluates within one, but finds only what is in a global.
  Object.defineProperty(globalThis, PLACE, { value: [describeResult, undefined], configurable: true });
  try {
    const place = `globalThis[${JSON.stringify(PLACE)}]`;
    const held = { expression: place, silent: true, objectGroup: PLACE };
    const holder = ask(session, "Runtime.evaluate", held) as Runtime.EvaluateReturnType | undefined;
    ask(session, "Runtime.callFunctionOn", {
      objectId: holder?.result.objectId,
      functionDeclaration: "function (pair) { this[1] = pair; }",
      arguments: [{ objectId: pairId }],
      silent: true,
    });
    const expression = `${place}[0](${place}[1])`;
    const options = { expression, throwOnSideEffect: true, returnByValue: true, silent: true, timeout };
    const reply = ask(session, "Runtime.evaluate", options) as Runtime.EvaluateReturnType | undefined;
    if (reply === undefined) return { ended: "late" };
    // A refusal comes as an exception, and as a value as well.
    if (reply.exceptionDetails !== undefined) return { ended: "refused" };
    return { ended: "described", value: reply.result.value as DescribedValue };
  } finally {
    Reflect.deleteProperty(globalThis, PLACE);
  }
}

/** What the inspector answers, which it does at once; undefined for an error, such as one that is out of time. */
function ask(session: Session, method: string, params: object): object | undefined {
  let answer: object | undefined;
  session.post(method, params, (error, reply) => {
    if (error === null) answer = reply;
  });
  return answer;
}

/** V8's refusal is an error, whose stack the inspector reads; an `Error.prepareStackTrace` of the service's would run for it. So Node does with what is no JavaScript. */
export function withoutStacks<T>(run: () => T): T {
  const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  if (limit?.configurable === false && limit.writable !== true) return run();
  Object.defineProperty(Error, "stackTraceLimit", {
    value: undefined,
    configurable: true,
    writable: true,
    enumerable: true,
  });
  try {
    return run();
  } finally {
    if (limit === undefined) Reflect.deleteProperty(Error, "stackTraceLimit");
    else Object.defineProperty(Error, "stackTraceLimit", limit);
  }
}
