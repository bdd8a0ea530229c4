/**
 * What the engine's guard shares with the thread beside the main one, so that this can tell what runs although the main thread is blocked. Nobody else
 * touches it.
 */

const KEY: unique symbol = Symbol.for("pdm.guard-memory.v1");

/**
 * The words' places. At `step`: 0 while no guarded step runs; its number, counted from 1, while one does; {@link COMMITTED} where the other thread
 * has committed itself to sending the signal that stops it. Then whose step it is; and at `last` the number of the last one that began.
 */
export const GUARD_WORD = { step: 0, workspace: 1, client: 2, evaluation: 3, last: 4 } as const;

export const COMMITTED: number = -1;

const WORDS = 5;

/**
 * This thread's. There is one for every copy of this package: the sessions of the REPL are shared by all, and one thread looks at one memory. The
 * numbers of steps are counted in it, since no two steps may have the same while that thread looks.
 */
export function openGuardMemory(): SharedArrayBuffer {
  const holder = globalThis as { [KEY]?: SharedArrayBuffer };
  const known = holder[KEY];
  if (known !== undefined) return known;
  const memory = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT);
  // Not enumerable: the daemon's own walks over its globals must not meet it.
  Object.defineProperty(globalThis, KEY, { value: memory });
  return memory;
}
