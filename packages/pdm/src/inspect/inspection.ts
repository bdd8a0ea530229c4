import type { Runtime, Session } from "node:inspector";
import { PdmError } from "../errors.js";
import { describeThrown } from "../warning.js";
import { describeResult } from "./description.js";
import type { DescribedValue } from "./description.js";

/** What became of an expression. */
type Ended = { readonly ended: "returned"; readonly id: string } | { readonly ended: "refused" | "late" };

/** Under which name the inspector finds our function, for the moment that it takes. */
const PLACE = "pdm.inspect.v1";

/** A session with the process's own inspector, for one look; independent of any other. To be closed in the same turn of the event loop. */
export interface Inspection {
  /** Evaluates under V8's check; what it returns must be safe for the inspector to describe. */
  evaluate(expression: string, timeoutMs: number): Ended;
  /** Describes the pair of that id under the same check; undefined where that refuses. */
  describe(pairId: string): DescribedValue | undefined;
  close(): void;
}

/** @throws PdmError `ERR_PDM_INSPECT` where this process has none */
export function openInspection(): Inspection {
  const session = connect();
  return {
    evaluate: (expression, timeoutMs) => withoutStacks(() => evaluate(session, expression, timeoutMs)),
    describe: (pairId) => withoutStacks(() => describe(session, pairId)),
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

function evaluate(session: Session, expression: string, timeout: number): Ended {
  const options = { expression, throwOnSideEffect: true, silent: true, timeout, objectGroup: PLACE };
  const reply = ask(session, "Runtime.evaluate", options) as Runtime.EvaluateReturnType | undefined;
  if (reply === undefined) return { ended: "late" };
  const { objectId, subtype } = reply.result;
  const isPair = reply.exceptionDetails === undefined && subtype === "array" && objectId !== undefined;
  return isPair ? { ended: "returned", id: objectId } : { ended: "refused" };
}

function describe(session: Session, pairId: string): DescribedValue | undefined {
  const describerId = findDescriber(session);
  const call = {
    objectId: describerId,
    functionDeclaration: "function (pair) { return this(pair); }",
    arguments: [{ objectId: pairId }],
    throwOnSideEffect: true,
    returnByValue: true,
    silent: true,
  };
  const reply = ask(session, "Runtime.callFunctionOn", call) as Runtime.CallFunctionOnReturnType | undefined;
  // A refusal comes as an exception, and as a value as well.
  if (reply === undefined || reply.exceptionDetails !== undefined) return undefined;
  return reply.result.value as DescribedValue | undefined;
}

/** The inspector knows only what it finds in a global. */
function findDescriber(session: Session): string | undefined {
  Object.defineProperty(globalThis, PLACE, { value: describeResult, configurable: true });
  try {
    const options = { expression: `globalThis[${JSON.stringify(PLACE)}]`, silent: true, objectGroup: PLACE };
    return (ask(session, "Runtime.evaluate", options) as Runtime.EvaluateReturnType | undefined)?.result.objectId;
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

/** V8's refusal is an error, whose stack the inspector reads; an `Error.prepareStackTrace` of the service's would run for it. */
function withoutStacks<T>(run: () => T): T {
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
