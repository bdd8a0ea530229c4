import { isEventSource } from "../objects/interfaces.js";
import type { EventSource } from "../objects/interfaces.js";
import { describeNow, findSubscribeEffect } from "./effect.js";
import { mapResult, passGate } from "./gate.js";
import type { LetGo, Settle } from "./gate.js";
import { boundTimeout, requireInterface } from "./reference.js";
import type { AccessOptions, ObjectReference } from "./reference.js";
import type { Session } from "./session.js";

/** Of a listener: whether anybody still wants the subscription that an object was asked for with it. Not in a WeakMap, which costs much with many entries. */
const IS_WANTED: unique symbol = Symbol("is wanted");

/** Takes the events of one subscription. */
export interface EventListener {
  (event: unknown, occasion?: unknown): void;
  /** @internal */
  [IS_WANTED]?: boolean;
}

/**
 * Has `listener` called with each event, until {@link unsubscribeObject}; also where that comes before the object is done
 * subscribing. After a failure or a deadline, call that too.
 *
 * @param listener made for this subscription alone
 */
export function subscribeObject(
  session: Session,
  reference: ObjectReference,
  listener: EventListener,
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
      if (listener[IS_WANTED] === false) return undefined;
      listener[IS_WANTED] = true;
      return mapResult<unknown, void>(object.subscribe(listener), () => {
        // Ended meanwhile, it was unsubscribed before it stood: the listener would stay for ever.
        if (listener[IS_WANTED] === false) object.unsubscribe(listener);
      });
    },
    settle,
  });
}

/** Ends a subscription, whatever the object makes of it, also one that did not come about: giving back is always allowed. */
export function unsubscribeObject(session: Session, { name, object }: ObjectReference, listener: EventListener): void {
  // The object knows nothing of a subscription that was refused, and must not be asked to end it.
  const isAsked = listener[IS_WANTED] !== undefined;
  listener[IS_WANTED] = false;
  if (!isAsked) return;
  passGate({
    session,
    effect: undefined,
    target: name,
    argumentBytes: 0,
    run: () => (object as EventSource).unsubscribe(listener),
    settle: () => undefined,
  });
}
