import { types } from "node:util";
import { isObject } from "./safe-read.js";

/**
 * Keeps a promise that a client's command produced, and the promises of an array (`orders.map(async …)`), from ending the daemon when
 * they reject and nobody handles them. Other values are left alone; so are things that merely have a `then`.
 */
export function ignoreRejection(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (types.isPromise(value)) ignorePromise(value);
  else if (!types.isProxy(value) && Array.isArray(value)) ignoreElements(value);
}

/** Nothing but promises is looked for, so that the first element tells for nearly every array. Runs no getter. */
function ignoreElements(array: readonly unknown[]): void {
  for (let index = 0; index < array.length; index += 1) {
    const element: unknown = Object.getOwnPropertyDescriptor(array, index)?.value;
    if (!types.isPromise(element)) return;
    ignorePromise(element);
  }
}

function ignorePromise(promise: Promise<unknown>): void {
  try {
    // Not the method of a subclass, which need not mark the promise as handled.
    void Reflect.apply(Promise.prototype.then, promise, [undefined, () => {}]);
  } catch {
    // The constructor of a subclass threw.
  }
}

/** Whether it has to be waited for. Reads its `then`, which may run code of the value's. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as { then?: unknown }).then === "function";
}
