/** What is thrown to have Node clear its record; nobody but us sees it. */
const SENTINEL = new Error("pdm stopped a command (this is not an error of the service)");

const MONITOR = "uncaughtExceptionMonitor";

/** Whether {@link mendAsyncStack} can be called: not where the application holds that callback, or uses `domain`. */
export function mayMendAsyncStack(): boolean {
  if (process.hasUncaughtExceptionCaptureCallback()) return false;
  try {
    // With `domain` loaded only trying tells.
    process.setUncaughtExceptionCaptureCallback(null);
    return true;
  } catch {
    return false;
  }
}

/**
 * Has Node clear its record of asynchronous calls within each other, which is wrong where code was stopped inside of
 * `AsyncResource.runInAsyncScope` and the like: else the process ends when that code's callers return ("async hook stack has become corrupted").
 *
 * To be called as the last act of a callback of the event loop's: it throws, through the callback's end, into a callback for uncaught
 * exceptions that is set for this moment only. No listener of the application's hears of it.
 */
export function mendAsyncStack(): never {
  const listeners = process.rawListeners(MONITOR) as ((error: Error) => void)[];
  process.setUncaughtExceptionCaptureCallback(() => {
    process.setUncaughtExceptionCaptureCallback(null);
    for (const listener of listeners) process.on(MONITOR, listener);
  });
  process.removeAllListeners(MONITOR);
  throw SENTINEL;
}
