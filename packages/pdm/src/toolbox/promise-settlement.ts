import { inspect } from "node:util";
import { readClockMs } from "../clock.js";

/** What a promise became. */
export type Settlement = "fulfilled" | "rejected";

/** Milliseconds between two looks, at least and as a part of the time so far: what is told late is late by that part. */
const LOOKS = { leastMs: 1, share: 1 / 20 } as const;

/**
 * Calls `tell` soon after the promise has settled, without a handler on it: with one, a rejection that nobody handles would be lost to
 * Node's `unhandledRejection`. It is looked at again and again, since V8's hook for promises slows down all of the process's, and is not
 * called for each on every version of Node.
 *
 * @returns gives up the watch
 */
export function watchSettlement(promise: Promise<unknown>, tell: (settlement: Settlement) => void): () => void {
  const startedAt = readClockMs();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const state = readState(promise);
    if (state !== "pending") tell(state);
    else timer = setTimeout(look, Math.max(LOOKS.leastMs, (readClockMs() - startedAt) * LOOKS.share)).unref();
  };
  timer = setTimeout(look, 0).unref();
  return () => clearTimeout(timer);
}

/** Only inspection tells without a handler; at depth -1 it looks at nothing but the state. */
function readState(promise: Promise<unknown>): Settlement | "pending" {
  const text = inspect(promise, { customInspect: false, depth: 0, getters: false, maxStringLength: 0, colors: false });
  const [, state] = /\{\s*<(pending|rejected)>/u.exec(text.slice(0, 500)) ?? [];
  if (state === "pending") return "pending";
  return state === "rejected" ? "rejected" : "fulfilled";
}
