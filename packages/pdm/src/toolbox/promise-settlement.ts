import { inspect } from "node:util";
import { readClockMs } from "../clock.js";

/** What a promise became; `settled` where even a look at that throws. */
export type Settlement = "fulfilled" | "rejected" | "settled";

/** Milliseconds between two looks, at least and as a part of the time so far: what is told late is late by that part. */
const LOOKS = { leastMs: 1, share: 1 / 20 } as const;

/** Characters of what is shown of it. */
const SHOWN_CHARACTERS = 200;

/** What Node 20 keeps in promises while anything follows asynchronous calls. */
const NODES_OWN = /,? ?\[Symbol\((?:trigger_)?async_id_symbol\)\]: \d+/gu;

/**
 * Calls `tell` soon after the promise has settled, with the promise and what it became on one line; without a handler on it: with one, a rejection that
 * nobody handles would be lost to Node's `unhandledRejection`. It is looked at again and again, since V8's hook for promises slows down all of the
 * process's, and is not called for each on every version of Node.
 *
 * Only inspection tells without a handler. It runs no inspection method of the value, but may run getters that name its class or, of an error, its
 * stack: in a turn of the event loop of its own, and whatever they throw is caught.
 *
 * @returns gives up the watch
 */
export function watchSettlement(
  promise: Promise<unknown>,
  tell: (settlement: Settlement, text: string) => void,
): () => void {
  const startedAt = readClockMs();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const state = readState(promise);
    if (state !== "pending") tell(state, show(promise));
    else timer = setTimeout(look, Math.max(LOOKS.leastMs, (readClockMs() - startedAt) * LOOKS.share)).unref();
  };
  timer = setTimeout(look, 0).unref();
  return () => clearTimeout(timer);
}

/** At depth 0 nothing is looked at but the state, and what the value is. */
function readState(promise: Promise<unknown>): Settlement | "pending" {
  try {
    const text = inspect(promise, { ...PLAIN, depth: 0, maxStringLength: 0 });
    const [, state] = /\{\s*<(pending|rejected)>/u.exec(text.slice(0, 500)) ?? [];
    if (state === "pending") return "pending";
    return state === "rejected" ? "rejected" : "fulfilled";
  } catch {
    return "settled";
  }
}

function show(promise: Promise<unknown>): string {
  try {
    const text = inspect(promise, { ...PLAIN, depth: 1, maxArrayLength: 10, maxStringLength: SHOWN_CHARACTERS })
      .replace(NODES_OWN, "")
      .replace(/\s*\n\s*/gu, " ");
    return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS - 1)}…`;
  } catch {
    return "a promise that cannot be shown";
  }
}

const PLAIN = { breakLength: Infinity, colors: false, compact: true, customInspect: false, getters: false } as const;
