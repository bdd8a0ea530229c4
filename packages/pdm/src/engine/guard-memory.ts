/**
 * What the main thread shares with the thread beside it, so that this can tell what runs although the main thread is blocked.
 *
 * Nobody but the guard and that thread touches it.
 */
export const GUARD_MEMORY: SharedArrayBuffer = new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT);

export const GUARD_WORDS: Int32Array = new Int32Array(GUARD_MEMORY);

/**
 * The words' places. At `step`: 0 while no guarded step runs; its number, counted from 1, while one does; -1 where the other thread
 * has committed itself to sending the signal that stops it.
 */
export const GUARD_WORD = { step: 0, workspace: 1, client: 2, evaluation: 3 } as const;

/** See `step` of {@link GUARD_WORD}. */
export const COMMITTED: number = -1;
