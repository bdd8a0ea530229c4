import { isEventSource } from "../objects/interfaces.js";
import type { EventSource } from "../objects/interfaces.js";
import { describeNow, findSubscribeEffect } from "./effect.js";
import { mapResult, passGate } from "./gate.js";
import type { LetGo, Settle } from "./gate.js";
import { boundTimeout, requireInterface } from "./reference.js";
import type { AccessOptions, ObjectReference } from "./reference.js";
import type { Session } from "./session.js";

/** Listeners whose subscription is pending at the object; true once nobody wants it any more. */
const unwanted = new WeakMap<object, boolean>();

/**
 * Has `listener` called with each event, until {@link unsubscribeObject}; also where that comes before the object is done
 * subscribing. After a failure or a deadline, call that too.
 *
 * @param listener made for this subscription alone
 */
export function subscribeObject(
  session: Session,
  reference: ObjectReference,
  listener: (event: unknown, occasion?: unknown) => void,
  options: AccessOptions,
  settle: Settle<void>,
): LetGo | undefined {
  const object = reference.object as EventSource;
  return passGate<void>({
    session,
    effect: findSubscribeEffect(session.isUnrestricted ? undefined : describeNow(object)),
    target: reference.name,
    argumentBytes: 0,
    timeoutMs: boundTimeout(session, options.timeoutMs),
    context: options.context,
    run: () => {
      requireInterface(reference, isEventSource(object), "event");
      if (unwanted.get(listener) === true) return undefined;
      unwanted.set(listener, false);
      return mapResult<unknown, void>(object.subscribe(listener), () => {
        // Ended meanwhile, it was unsubscribed before it stood: the listener would stay for ever.
        if (unwanted.get(listener) === true) object.unsubscribe(listener);
      });
    },
    settle,
  });
}

/** Ends a subscription, whatever the object makes of it: giving back is always allowed. */
export function unsubscribeObject(
  session: Session,
  { name, object }: ObjectReference,
  listener: (event: unknown, occasion?: unknown) => void,
): void {
  unwanted.set(listener, true);
  passGate({
    session,
    effect: undefined,
    target: name,
    argumentBytes: 0,
    run: () => (object as EventSource).unsubscribe(listener),
    settle: () => undefined,
  });
}
