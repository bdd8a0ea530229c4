import { types } from "node:util";

/**
 * Keeps a promise that a client's command produced from ending the daemon when it rejects and nobody handles it. Other
 * values are left alone; so are things that merely have a `then`.
 */
export function ignoreRejection(value: unknown): void {
  if (!types.isPromise(value)) return;
  try {
    // Not the method of a subclass, which need not mark the promise as handled.
    void Reflect.apply(Promise.prototype.then, value, [undefined, () => {}]);
  } catch {
    // The constructor of a subclass threw.
  }
}
