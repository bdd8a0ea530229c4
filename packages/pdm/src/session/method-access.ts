import type { OperationDescription } from "../objects/description.js";
import { isInvocable } from "../objects/interfaces.js";
import type { Invocable } from "../objects/interfaces.js";
import { UnknownMethodError } from "../objects/method-table.js";
import type { AuditDetails } from "./audit.js";
import { findCallEffect, findOperation } from "./effect.js";
import { passGate } from "./gate.js";
import type { LetGo, Settle } from "./gate.js";
import { boundTimeout, describeIfNeeded, requireInterface } from "./reference.js";
import type { AccessOptions, ObjectReference } from "./reference.js";
import type { Session } from "./session.js";
import { showArguments, takesSecret } from "./shown-arguments.js";

/** Options of {@link invokeMethod}. */
export interface InvokeOptions extends AccessOptions {
  /** What the arguments hold in memory. */
  readonly argumentBytes: number;
}

/**
 * Calls a method. What is authorised is `OBJECT/METHOD`, and the object itself where it is an operation (whose method is `call`).
 * A method that may not be seen is unknown.
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
  const isWhole = method === "call" || !session.isVisible(name);
  const said = describeIfNeeded(session, object);
  return passGate<unknown>({
    session,
    effect: findCallEffect(said, method),
    target: isWhole ? name : `${name}/${method}`,
    createMissing: isWhole ? undefined : () => new UnknownMethodError(method),
    argumentBytes: options.argumentBytes,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context,
    record: () => createDetails(findOperation(said, method), args, kwargs),
    run: () => {
      requireInterface(reference, isInvocable(object), "invoke");
      session.account.requireLoan(options.argumentBytes);
      return object.invoke(method, args, kwargs, context);
    },
    settle,
  });
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
