import { readClockMs } from "../clock.js";

/** A write that is pending, and since when. */
interface Turn {
  readonly done: Promise<unknown>;
  readonly startedAt: number;
}

const turns = new WeakMap<object, Turn>();

/**
 * Calls `write` when no other write to `object` is pending: at once where none is, so that what is synchronous stays so.
 *
 * @param maxAgeMs one that has been pending for longer is not waited for, since it may never end
 */
export function takeWriteTurn<T>(
  object: object,
  maxAgeMs: number,
  write: () => T | PromiseLike<T>,
): T | PromiseLike<T> {
  const before = turns.get(object);
  const startedAt = before === undefined ? 0 : readClockMs();
  const waits = before !== undefined && startedAt - before.startedAt <= maxAgeMs;
  const result = waits ? before.done.then(write) : write();
  if (!waits && !isThenable(result)) return result;
  const turn: Turn = {
    done: Promise.resolve(result).then(
      () => end(object, turn),
      () => end(object, turn),
    ),
    startedAt: startedAt || readClockMs(),
  };
  turns.set(object, turn);
  return result;
}

function end(object: object, turn: Turn): void {
  if (turns.get(object) === turn) turns.delete(object);
}

function isThenable(value: unknown): boolean {
  return value instanceof Promise;
}
