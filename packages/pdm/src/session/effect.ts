import { EFFECTS } from "../objects/description.js";
import type { Effect, ObjectDescription, OperationDescription } from "../objects/description.js";
import type { Described } from "../objects/interfaces.js";
import { isPromiseLike } from "./gate.js";

/** What an object says of itself at once; null where that cannot be told, since it threw or let us wait. */
export type SaidNow = ObjectDescription | undefined | null;

/** Asks the object, without waiting. */
export function describeNow(object: Described): SaidNow {
  try {
    const description: unknown = object.describe?.();
    if (description === undefined || description === null) return undefined;
    if (!isPromiseLike(description)) return typeof description === "object" ? description : null;
    // Nobody waits for it; its failure must not end the daemon.
    Promise.resolve(description).catch(() => undefined);
    return null;
  } catch {
    return null;
  }
}

/** Of reading the attribute; a secret is exposed by it. */
export function findReadEffect(said: SaidNow): Effect {
  if (said === null) return "execute";
  return check(said?.attribute?.effect ?? (said?.attribute?.secret === true ? "expose" : "read"));
}

/** Of writing the attribute. */
export function findWriteEffect(said: SaidNow): Effect {
  return said === null ? "execute" : check(said?.attribute?.writeEffect ?? "change");
}

/** Of calling that method. */
export function findCallEffect(said: SaidNow, method: string): Effect {
  return check(findOperation(said, method)?.effect ?? "execute");
}

/** Of subscribing to the event. */
export function findSubscribeEffect(said: SaidNow): Effect {
  return said === null ? "execute" : check(said?.event?.effect ?? "read");
}

/** What the object says of that method, if anything. */
export function findOperation(said: SaidNow, method: string): OperationDescription | undefined {
  const operations = said?.operations;
  return operations !== undefined && Object.hasOwn(operations, method) ? operations[method] : undefined;
}

/** Who says something else than an effect has said nothing. */
function check(effect: Effect): Effect {
  return EFFECTS.includes(effect) ? effect : "execute";
}
