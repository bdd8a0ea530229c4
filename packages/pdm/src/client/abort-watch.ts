/** The callbacks of each signal that is being watched; one listener serves them all, since Node warns of the eleventh. */
const watched = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `callback` once when `signal`, which has not aborted yet, aborts. The same callback is watched with once. */
export function watchAbort(signal: AbortSignal, callback: () => void): void {
  const known = watched.get(signal);
  if (known !== undefined) {
    known.add(callback);
    return;
  }
  watched.set(signal, new Set([callback]));
  signal.addEventListener("abort", onAbort);
}

/** No longer. With the last callback the listener goes too. */
export function unwatchAbort(signal: AbortSignal, callback: () => void): void {
  const callbacks = watched.get(signal);
  if (callbacks?.delete(callback) === true && callbacks.size === 0) unlisten(signal);
}

function onAbort(this: AbortSignal): void {
  const callbacks = watched.get(this);
  unlisten(this);
  for (const callback of callbacks ?? []) callback();
}

function unlisten(signal: AbortSignal): void {
  watched.delete(signal);
  signal.removeEventListener("abort", onAbort);
}
