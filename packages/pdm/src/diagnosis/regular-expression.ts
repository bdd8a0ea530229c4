import { DIAGNOSIS_LIMITS } from "../limits.js";
import type { Pause, Pauses } from "./pause.js";
import type { ScriptSources } from "./script-sources.js";

/** The calls that run a regular expression, as they begin at the place where V8 says that the caller is. */
const CALL = /^(?:\?\.|\.)?\s*(?:test|exec|match|matchAll|replace|replaceAll|search|split)\s*\(/;

/** Characters of source on either side: the line may be a whole bundle. */
const SHOWN = 60;

/**
 * Whether a thread that is paused is within a regular expression that does not end: the innermost call stands where it calls one, and
 * that statement does not come to its end. Afterwards the thread may run.
 *
 * @returns the source around that call, on one line
 */
export async function findRegularExpression(
  pauses: Pauses,
  pause: Pause,
  sources: ScriptSources,
): Promise<string | undefined> {
  const place = pause.frames[0]?.location;
  if (place === undefined) return undefined;
  const { before, after } = await sources.readLine(place);
  if (!CALL.test(after)) return undefined;
  return (await pauses.step(DIAGNOSIS_LIMITS.pauseMs))
    ? undefined
    : `${before.slice(-SHOWN)}${after.slice(0, SHOWN)}`.trim();
}
