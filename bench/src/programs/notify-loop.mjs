// Calls a method `notify` again and again within this process, in a place that has seen one class or many.
import { EventChannel, PerfEvent } from "pdm";
import { serveControl } from "./control.mjs";

/** @typedef {{ notify(event: unknown): void }} Target */

/** Calls between two looks at the clock. */
const CALLS = 100_000;

/** What an event costs at the least. */
class EmptyCall {
  /** @param {unknown} _event */
  notify(_event) {}
}

/** Methods of their own in classes of their own: a place that has seen these makes a real call. @type {readonly Target[]} */
const others = [
  new (class {
    notify() {}
  })(),
  new (class {
    notify() {}
  })(),
  new (class {
    notify() {}
  })(),
  new (class {
    notify() {}
  })(),
  new (class {
    notify() {}
  })(),
];
const events = Array.from({ length: 64 }, () => new PerfEvent());
/** @type {readonly Target[]} */
let targets;

serveControl({
  /** @param {{ target: "empty call" | "EventChannel", inlined: boolean }} options */
  start({ target, inlined }) {
    targets = Array.from({ length: 16 }, () => (target === "empty call" ? new EmptyCall() : new EventChannel()));
    // Else the engine puts the method's code in place of the call.
    if (!inlined) callAll(others);
  },

  /** @param {number} durationMs */
  run(durationMs) {
    const startedAt = performance.now();
    let operations = 0;
    let elapsedMs = 0;
    do {
      callAll(targets);
      operations += CALLS;
      elapsedMs = performance.now() - startedAt;
    } while (elapsedMs < durationMs);
    return { operations, elapsedMs };
  },
});

/**
 * Different objects and events in turn, so that nothing of a call can be left out because the one before was the same.
 *
 * @param {readonly Target[]} all
 */
function callAll(all) {
  for (let call = 0; call < CALLS; call += 1) all[call % all.length]?.notify(events[call & 63]);
}
