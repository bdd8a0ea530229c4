import type { Effect, OperationDescription } from "../objects/description.js";
import { isDirectory, isInvocable } from "../objects/interfaces.js";
import type { Invocable } from "../objects/interfaces.js";
import { UnknownMethodError } from "../objects/method-table.js";
import { NoSuchNameError } from "./access-error.js";
import type { AuditDetails } from "./audit.js";
import { findCallEffect, findOperation } from "./effect.js";
import type { SaidNow } from "./effect.js";
import { authorise, passGate } from "./gate.js";
import type { LetGo, Settle } from "./gate.js";
import { boundTimeout, describeIfNeeded, requireInterface } from "./reference.js";
import type { AccessOptions, ObjectReference } from "./reference.js";
import type { Session } from "./session.js";
import { showArguments, takesSecret } from "./shown-arguments.js";
import { dropSource, isStreamSource } from "./stream-source.js";

/** Options of {@link invokeMethod}. */
export interface InvokeOptions extends AccessOptions {
  /** What the arguments hold in memory. */
  readonly argumentBytes: number;
}

/**
 * Calls a method. What is authorised is `OBJECT/METHOD`, and the object itself where it is an operation (whose method is `call`);
 * both for `call` of a directory, which may have an entry of that name. A method that may not be seen is unknown.
 *
 * A result that is given piece by piece, and comes when nobody waits for it any more, is let go of.
 */
export function invokeMethod(
  session: Session,
  reference: ObjectReference,
  method: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  options: InvokeOptions,
  settle: Settle<unknown>,
): LetGo | undefined {
  const { name } = reference;
  const object = reference.object as Invocable;
  const context = options.context ?? session.createContext();
  const said = describeIfNeeded(session, object);
  const effect = findCallEffect(said, method);
  const isWhole = isJudgedWhole(session, reference, method, effect);
  return passGate<unknown>({
    session,
    effect,
    target: isWhole ? name : `${name}/${method}`,
    explain: (refusal) => {
      const isUnknown = refusal instanceof NoSuchNameError ? !isWhole : isUndeclared(said, method);
      return isUnknown ? new UnknownMethodError(method) : refusal;
    },
    argumentBytes: options.argumentBytes,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context,
    record: () => createDetails(findOperation(said, method), args, kwargs),
    run: () => {
      requireInterface(reference, isInvocable(object), "invoke");
      session.account.requireLoan(options.argumentBytes);
      return object.invoke(method, args, kwargs, context);
    },
    discard: discardResult,
    settle,
  });
}

/** Whether a call is authorised by the name of the object, and not of the method. */
function isJudgedWhole(session: Session, { name, object }: ObjectReference, method: string, effect: Effect): boolean {
  if (!session.isVisible(name)) return true;
  if (method !== "call") return false;
  return !isDirectory(object) || authorise(session, effect, `${name}/${method}`) === undefined;
}

/** Whether an object that names its operations does not name this one: who may not call it learns that there is none, as of one that is hidden. */
function isUndeclared(said: SaidNow, method: string): boolean {
  return said?.operations !== undefined && findOperation(said, method) === undefined;
}

function discardResult(result: unknown): void {
  if (isStreamSource(result)) void dropSource(result);
}

function createDetails(
  operation: OperationDescription | undefined,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): AuditDetails {
  const shown = showArguments(operation, args, kwargs);
  return {
    action: "invoke",
    hasSecret: takesSecret(operation),
    ...(shown === undefined ? {} : { arguments: shown }),
  };
}
