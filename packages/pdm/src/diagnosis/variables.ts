import type { Debugger, Runtime } from "node:inspector";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import type { DiagnosedVariable } from "./diagnosis.js";
import { ACCESSOR, describeRemoteValue } from "./value-preview.js";

/** V8 tells the two apart no more than that. */
const NO_VALUE = "(not yet set, or optimized away)";

/** Those of the call itself; what is outside of it can be asked for by an expression. */
const OWN_SCOPES: ReadonlySet<Debugger.Scope["type"]> = new Set(["block", "catch", "eval", "local", "with"]);

/**
 * A call's parameters and local variables, inner blocks first, an outer one of the same name left out; `this` where it is an object of a class.
 * None of their code runs.
 */
export async function readVariables(
  session: InspectorSession,
  frame: Debugger.CallFrame,
): Promise<readonly DiagnosedVariable[]> {
  const variables = new Map<string, string>();
  const self = describeThis(frame.this);
  if (self !== undefined) variables.set("this", self);
  for (const { type, object } of frame.scopeChain) {
    if (!OWN_SCOPES.has(type) || object.objectId === undefined) continue;
    for (const { name, value, get } of await readProperties(session, object.objectId)) {
      if (variables.size > DIAGNOSIS_LIMITS.variables) break;
      if (!variables.has(name)) variables.set(name, describe(value, get !== undefined));
    }
  }
  return [...variables].map(([name, text]) => ({ name, text }));
}

/** Not the global object and the like, which say nothing. */
function describeThis(self: Runtime.RemoteObject): string | undefined {
  if (self.type !== "object" || self.subtype === "null") return undefined;
  const { className = "Object" } = self;
  return ["Object", "global", "process"].includes(className) ? undefined : describeRemoteValue(self);
}

function describe(value: Runtime.RemoteObject | undefined, isAccessor: boolean): string {
  if (isAccessor) return ACCESSOR;
  return value === undefined ? NO_VALUE : describeRemoteValue(value);
}

async function readProperties(session: InspectorSession, objectId: string): Promise<Runtime.PropertyDescriptor[]> {
  const params = { objectId, ownProperties: true, generatePreview: true };
  const answer = await session.post<Runtime.GetPropertiesReturnType>(
    "Runtime.getProperties",
    params,
    DIAGNOSIS_LIMITS.answerMs,
  );
  return answer.result;
}
