import { setTimeout as wait } from "node:timers/promises";
import type { Runtime } from "node:inspector";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import { parseProcessorTime } from "../target/processor-time.js";

/** What the kernel says to the thread itself, and its clock at that moment. */
const EXPRESSION = `(() => {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const read = (path) => readFileSync(path, "latin1");
  return [read("/proc/thread-self/schedstat"), read("/proc/uptime")];
})()`;

/** Share of the time under which a thread is asleep, and over which it is awake: to answer us it waits for a processor, the longer the less time the machine has. */
const ASLEEP = 0.3;
const AWAKE = 0.8;

/** How often it is looked at, where the share is neither. */
const LOOKS = 5;

/**
 * Whether a thread hardly runs, nor would, had it a processor: it is asked again and again. False where that cannot be told, such as under Node's permission model.
 *
 * @throws InspectorError (rejects) where the thread does not come to JavaScript
 */
export async function isAsleep(session: InspectorSession): Promise<boolean> {
  let before = await readAwake(session);
  for (let look = 0; look < LOOKS; look += 1) {
    await wait(DIAGNOSIS_LIMITS.asleepMs);
    const after = await readAwake(session);
    if (before === undefined || after === undefined) return false;
    const share = (after.awakeMs - before.awakeMs) / (after.clockMs - before.clockMs);
    if (share < ASLEEP) return true;
    if (share > AWAKE) return false;
    before = after;
  }
  return false;
}

async function readAwake(session: InspectorSession): Promise<{ awakeMs: number; clockMs: number } | undefined> {
  const answer = await session.post<Runtime.EvaluateReturnType>(
    "Runtime.evaluate",
    { expression: EXPRESSION, returnByValue: true, silent: true, timeout: DIAGNOSIS_LIMITS.ownCodeMs },
    DIAGNOSIS_LIMITS.answerMs,
  );
  const value: unknown = answer.result?.value;
  if (!Array.isArray(value)) return undefined;
  const [schedstat, uptime] = value.map(String);
  const time = parseProcessorTime(schedstat ?? "");
  const clockMs = Number.parseFloat(uptime ?? "") * 1_000;
  return time === undefined || Number.isNaN(clockMs) ? undefined : { awakeMs: time.ranMs + time.queuedMs, clockMs };
}
