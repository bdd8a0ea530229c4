import { adviseOn } from "../diagnosis/words.js";
import type { Diagnosis, ProcessState } from "../diagnosis/diagnosis.js";
import { watchActivity } from "../target/activity.js";
import type { Activity } from "../target/activity.js";
import type { Target } from "../target/target.js";

/** For how long a process is watched. A disk's wait of a moment is not one for ever. */
const WATCH_MS = 300;

/** Share of the time from which on a process counts as computing. */
const COMPUTING = 0.5;

/** What the kernel knows, which needs nothing of the process: undefined where that says nothing about its JavaScript. */
export async function diagnoseOutside(target: Target): Promise<Diagnosis | undefined> {
  const { pid } = target;
  const { states } = await watchActivity(pid, WATCH_MS);
  const [state] = states;
  if (states.size > 1) return undefined;
  if (state === "Z")
    return outside("zombie", `Has ended; process ${target.status.parent} has not asked for its exit status.`);
  if (state === "T")
    return outside("stopped", "Stopped by a signal (SIGSTOP, SIGTSTP or the like); nothing of it runs.");
  if (state === "t")
    return outside("traced", `Held by process ${target.status.tracer}, which traces it; nothing of it runs.`);
  if (state === "D")
    return outside("uninterruptible", "Waits in the kernel for a device or a file system, where no signal reaches it.");
  return undefined;
}

/** All that can be said without any signal. */
export async function diagnoseWithoutSignal(target: Target): Promise<Diagnosis> {
  const activity = await watchActivity(target.pid, WATCH_MS);
  const isComputing = activity.cpuShare >= COMPUTING;
  const share = `${Math.round(activity.cpuShare * 100)} % of a processor`;
  return {
    state: isComputing ? "busy" : "idle",
    summary: isComputing ? `Computes: ${share}.` : `Waits${describeWait(activity)}: ${share}.`,
    details: activity.children.map(({ pid, command }) => `Its child process ${pid} runs: ${command}`),
    stack: [],
    advice: ["Whether its event loop turns, only the process itself can tell: leave --no-signal out."],
  };
}

/** A process whose inspector does not answer: what it does, as far as can be seen. */
export async function diagnoseSilent(target: Target, silentMs: number): Promise<Diagnosis> {
  const activity = await watchActivity(target.pid, WATCH_MS);
  const since = `its inspector has not opened within ${(silentMs / 1_000).toFixed(1)} s`;
  const what =
    activity.cpuShare >= COMPUTING
      ? `it computes (${Math.round(activity.cpuShare * 100)} % of a processor)`
      : `it waits${describeWait(activity)}`;
  return {
    state: "native",
    summary: `In a native call that has not returned, by all signs: ${since}, and ${what}.`,
    details: [
      ...activity.children.map(({ pid, command }) => `Its child process ${pid} runs: ${command}`),
      "Or its program has a handler of its own for SIGUSR1, which has run: then nothing can be told from here.",
    ],
    stack: [],
    advice: [
      ...activity.children.map(({ pid }) => `If it waits for its child process, end that: kill ${pid}`),
      ...adviseOn("native"),
    ],
  };
}

function describeWait({ sleepsIn }: Activity): string {
  return sleepsIn === "" ? "" : ` (in the kernel's ${sleepsIn})`;
}

function outside(state: ProcessState, summary: string): Diagnosis {
  return { state, summary, details: [], stack: [], advice: adviseOn(state) };
}
