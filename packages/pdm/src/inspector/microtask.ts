/**
 * Has what is evaluated run where any program's code may: as a microtask, before the thread goes on to its next callback.
 *
 * An inspector evaluates in between any two steps of what the thread runs, Node.js's own among them. Whatever uses a queue of Node.js's there (`process.nextTick`, timers, immediates, and
 * so most of its modules) can meet that queue half changed: what was seen is a `process.nextTick` that never ran anything again. Microtasks are V8's own, and
 * adding one is always safe.
 *
 * @param expression what it is, as an expression
 * @returns an expression for a promise of its value
 */
export function inMicrotask(expression: string): string {
  return `Promise.resolve().then(() => (${expression}))`;
}
