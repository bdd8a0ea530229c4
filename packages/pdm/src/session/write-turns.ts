import { readClockMs } from "../clock.js";
import { isPromiseLike } from "./gate.js";

/** The writes to one object that are pending, in the order in which they came. */
interface Turns {
  /** When the one that is being carried out began. */
  beganAt: number;
  /** Resolves when the last one is done. */
  done: Promise<unknown>;
}

const pending = new WeakMap<object, Turns>();

/**
 * Calls `write` when no other write to `object` is pending: at once where none is, so that what is synchronous stays so.
 *
 * @param maxAgeMs one that is being carried out for longer is not waited for, since it may never end
 */
export function takeWriteTurn<T>(
  object: object,
  maxAgeMs: number,
  write: () => T | PromiseLike<T>,
): T | PromiseLike<T> {
  const turns = pending.get(object);
  if (turns !== undefined && readClockMs() - turns.beganAt <= maxAgeMs)
    return waitForTurn(object, turns, maxAgeMs, write);
  const result = write();
  if (!isPromiseLike(result)) return result;
  const begun: Turns = { beganAt: readClockMs(), done: Promise.resolve() };
  pending.set(object, begun);
  endTurn(object, begun, result);
  return result;
}

function waitForTurn<T>(
  object: object,
  turns: Turns,
  maxAgeMs: number,
  write: () => T | PromiseLike<T>,
): PromiseLike<T> {
  const result = turns.done.then(() => {
    // The one before took too long, and others have begun meanwhile.
    if (pending.get(object) !== turns) return takeWriteTurn(object, maxAgeMs, write);
    turns.beganAt = readClockMs();
    return write();
  });
  endTurn(object, turns, result);
  return result;
}

/** The turn ends with `result`, whatever comes of it. */
function endTurn(object: object, turns: Turns, result: PromiseLike<unknown>): void {
  const end = (): void => {
    if (turns.done === done && pending.get(object) === turns) pending.delete(object);
  };
  const done = Promise.resolve(result).then(end, end);
  turns.done = done;
}
