import type { Runtime } from "node:inspector";
import { PdmError } from "../errors.js";
import { InspectorError } from "../inspector/inspector-error.js";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import { Pauses } from "./pause.js";
import { describeRemoteValue } from "./value-preview.js";

export interface EvaluateInsideOptions {
  /** In the scope of that call of the stack, from 0, the innermost; else in the global scope. Its variables can be read, not changed. */
  readonly frame?: number;
  /** Milliseconds that the expression may take. An expression without end would block the inspector for good. */
  readonly timeoutMs?: number;
}

/** What came of it. */
export interface EvaluatedInside {
  /** The value in brief, or what was thrown. */
  readonly text: string;
  /** Whether it threw. */
  readonly isError: boolean;
  /** The call in whose scope it ran, where one was named. */
  readonly call?: string;
}

/** Under which name the inspector keeps our values for the moment. */
const GROUP = "pdm.diagnosis";

/**
 * Evaluates an expression in a thread, also while that is in a loop; its promises are not awaited. What it does to state that the loop
 * reads, or to a method that the loop calls, may end the loop.
 *
 * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_TIMEOUT` where the thread does not come to JavaScript
 * @throws PdmError (rejects) `ERR_PDM_FRAME` where the stack has no such call
 */
export async function evaluateInside(
  session: InspectorSession,
  expression: string,
  { frame, timeoutMs = DIAGNOSIS_LIMITS.evaluateMs }: EvaluateInsideOptions = {},
): Promise<EvaluatedInside> {
  const params = { expression, silent: true, generatePreview: true, objectGroup: GROUP, timeout: timeoutMs };
  const answerMs = timeoutMs + DIAGNOSIS_LIMITS.answerMs;
  const run = async (method: string, where: object): Promise<EvaluatedInside> => {
    try {
      const answer = await session.post<Runtime.EvaluateReturnType>(method, { ...params, ...where }, answerMs);
      return describeAnswer(answer);
    } catch (error) {
      // V8's word for what its timeout does; the thread goes on as before.
      if (!(error instanceof InspectorError) || !error.message.includes("Execution was terminated")) throw error;
      return { text: `not done within ${timeoutMs} ms, and stopped`, isError: true };
    } finally {
      void session.post("Runtime.releaseObjectGroup", { objectGroup: GROUP }).catch(() => undefined);
    }
  };
  if (frame === undefined) return run("Runtime.evaluate", {});
  const pauses = new Pauses(session);
  try {
    const pause = await pauses.pause(DIAGNOSIS_LIMITS.answerMs);
    const found = pause?.frames[frame];
    if (found === undefined) {
      throw new PdmError(
        "ERR_PDM_FRAME",
        pause === undefined
          ? "nothing runs there now, so that no call has a scope; leave the frame out for the global one"
          : `the stack has no call ${frame}; the outermost is ${pause.frames.length - 1}`,
      );
    }
    const { callFrameId, functionName } = found;
    return { ...(await run("Debugger.evaluateOnCallFrame", { callFrameId })), call: functionName };
  } finally {
    await pauses.end();
  }
}

function describeAnswer({ result, exceptionDetails }: Runtime.EvaluateReturnType): EvaluatedInside {
  if (exceptionDetails === undefined) return { text: describeRemoteValue(result), isError: false };
  const { exception, text } = exceptionDetails;
  return { text: exception === undefined ? text : describeRemoteValue(exception), isError: true };
}
