import { inspect } from "node:util";

/** What a promise became. */
export type Settlement = "fulfilled" | "rejected";

/** Watched until they settle: each with what is to be told. */
const waiting = new Map<Promise<unknown>, Set<(settlement: Settlement) => void>>();
let stopHook: (() => void) | undefined;

/**
 * Calls `tell` soon after the promise has settled, without a handler on it: with one, a rejection that nobody handles would be lost to
 * Node's `unhandledRejection`. For as long as promises are watched, the process's promises take longer to settle.
 *
 * @returns gives up the watch
 */
export function watchSettlement(promise: Promise<unknown>, tell: (settlement: Settlement) => void): () => void {
  const listeners = waiting.get(promise) ?? new Set();
  waiting.set(promise, listeners.add(tell));
  stopHook ??= process.getBuiltinModule("node:v8").promiseHooks.onSettled(noteSettling) as () => void;
  // It may have settled before it was given to us.
  queueMicrotask(() => {
    checkPromise(promise);
  });
  return () => {
    listeners.delete(tell);
    if (listeners.size === 0) forget(promise);
  };
}

/** Called while it settles, for every promise of the process; also where it only follows another from now on. */
function noteSettling(promise: Promise<unknown>): void {
  if (waiting.has(promise)) {
    queueMicrotask(() => {
      checkPromise(promise);
    });
  }
}

function checkPromise(promise: Promise<unknown>): void {
  const listeners = waiting.get(promise);
  const state = listeners === undefined ? "pending" : readState(promise);
  if (listeners === undefined || state === "pending") return;
  forget(promise);
  for (const tell of listeners) tell(state);
}

function forget(promise: Promise<unknown>): void {
  waiting.delete(promise);
  if (waiting.size > 0) return;
  stopHook?.();
  stopHook = undefined;
}

/** Only inspection tells without a handler; at depth -1 it looks at nothing but the state. */
function readState(promise: Promise<unknown>): Settlement | "pending" {
  const text = inspect(promise, { customInspect: false, depth: 0, getters: false, maxStringLength: 0, colors: false });
  const [, state] = /\{\s*<(pending|rejected)>/u.exec(text.slice(0, 500)) ?? [];
  if (state === "pending") return "pending";
  return state === "rejected" ? "rejected" : "fulfilled";
}
