import { setTimeout as wait } from "node:timers/promises";
import { readClockMs } from "../clock.js";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import { diagnoseThread } from "./diagnose.js";
import type { Diagnosis } from "./diagnosis.js";
import { describeFrames } from "./frames.js";
import { Pauses } from "./pause.js";
import type { Pause } from "./pause.js";
import { ScriptSources } from "./script-sources.js";
import { adviseOn, summarizeNative } from "./words.js";

export interface DiagnoseBlockedOptions {
  /** For how many milliseconds it has been blocked. */
  readonly blockedMs: number;
  /** Milliseconds in which a thread that runs JavaScript is paused. */
  readonly silentMs: number;
  /** Milliseconds to wait for a native call to return. */
  readonly patienceMs: number;
  /** Whether it still is, asked when it is paused, with the names of the calls. */
  readonly isBlocked: (calls: readonly string[]) => boolean;
  /** The thread seems to be in a native call, which is awaited. */
  readonly onNative: () => void;
}

/**
 * Says what blocks a thread whose event loop is known not to turn: unlike {@link diagnoseThread} it asks for the pause first, so that a native call that
 * returns at any time from now on is known by the stack behind it. Variables are not read.
 *
 * @returns undefined where it turned before it was paused
 * @throws InspectorError (rejects) where the session has ended
 */
export async function diagnoseBlocked(
  session: InspectorSession,
  options: DiagnoseBlockedOptions,
): Promise<Diagnosis | undefined> {
  const { silentMs, patienceMs, isBlocked, onNative } = options;
  const startedMs = readClockMs();
  const silence = setTimeout(onNative, silentMs);
  const pauses = new Pauses(session);
  let native: Diagnosis | undefined;
  try {
    const pause = await pauses.pauseBehindCall(patienceMs);
    clearTimeout(silence);
    const waitedMs = readClockMs() - startedMs;
    if (pause !== undefined && !isBlocked(pause.frames.map(({ functionName }) => functionName))) return undefined;
    if (pause === undefined || (waitedMs > silentMs && !pause.isForeign)) {
      native = await describeNative(session, pause, options.blockedMs + waitedMs);
      if (pause !== undefined && (await pausesAtOnce(pauses, options))) native = undefined;
    }
  } finally {
    clearTimeout(silence);
    await pauses.end();
  }
  return native ?? diagnoseThread(session, { variables: false, blockedMs: options.blockedMs, patienceMs: silentMs });
}

/** Whether a thread that was late to pause still goes on with the same, and now does so in time: then the machine had no time for it. */
async function pausesAtOnce(pauses: Pauses, { silentMs, isBlocked }: DiagnoseBlockedOptions): Promise<boolean> {
  await pauses.resume();
  // What a native call has held up has its turn.
  await wait(DIAGNOSIS_LIMITS.lookMs);
  const pause = await pauses.pause(silentMs);
  return pause !== undefined && isBlocked(pause.frames.map(({ functionName }) => functionName));
}

async function describeNative(
  session: InspectorSession,
  pause: Pause | undefined,
  blockedMs: number,
): Promise<Diagnosis> {
  const stack = pause === undefined ? [] : await describeFrames(session, new ScriptSources(session), pause, false);
  return {
    state: "native",
    summary: summarizeNative(stack, blockedMs),
    details: [],
    stack,
    advice: adviseOn("native"),
  };
}
