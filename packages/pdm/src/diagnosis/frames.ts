import type { Debugger } from "node:inspector";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import type { DiagnosedFrame } from "./diagnosis.js";
import { readVariables } from "./variables.js";
import type { Pause } from "./pause.js";
import { isInternal } from "./script-sources.js";
import type { ScriptSources } from "./script-sources.js";

/** The calls of a thread that is paused, as a person reads them. */
export async function describeFrames(
  session: InspectorSession,
  sources: ScriptSources,
  pause: Pause,
  withVariables: boolean,
): Promise<DiagnosedFrame[]> {
  const frames: DiagnosedFrame[] = [];
  let left = withVariables ? DIAGNOSIS_LIMITS.framesWithVariables : 0;
  for (const frame of pause.frames.slice(0, DIAGNOSIS_LIMITS.frames)) {
    const internal = isInternal(findUrl(pause, frame));
    const isDescribed = !internal && left > 0;
    if (isDescribed) left -= 1;
    const { lines, ...place } = await sources.find(frame.location, pause.scripts.get(frame.location.scriptId));
    frames.push({
      call: frame.functionName,
      ...place,
      source: lines,
      variables: isDescribed ? await readVariables(session, frame) : [],
      isInternal: internal,
    });
  }
  return frames;
}

function findUrl(pause: Pause, frame: Debugger.CallFrame): string {
  return pause.scripts.get(frame.location.scriptId)?.url ?? frame.url;
}
