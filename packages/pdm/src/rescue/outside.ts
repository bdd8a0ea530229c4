import type { DiagnosedFrame, Diagnosis, ProcessState } from "../diagnosis/diagnosis.js";
import { isInternal, nameFile } from "../diagnosis/script-sources.js";
import { adviseOn, summarizeNative } from "../diagnosis/words.js";
import { watchActivity } from "../target/activity.js";
import type { Activity, ThreadActivity } from "../target/activity.js";
import { readJavaScriptStack } from "../target/javascript-stack.js";
import type { Target } from "../target/target.js";
import type { HeapFunction } from "../target/v8-heap.js";

/** For how long a process is watched. A disk's wait of a moment is not one for ever. */
const WATCH_MS = 300;

/** What the kernel knows, which needs nothing of the process: undefined where that says nothing about its JavaScript. */
export async function diagnoseOutside(target: Target): Promise<Diagnosis | undefined> {
  const outside = (state: ProcessState, summary: string): Diagnosis => {
    const advice = adviseOn(state).map((text) => text.replaceAll("PID", String(target.pid)));
    return { state, summary, details: [], stack: [], advice };
  };
  const { states } = await watchActivity(target.pid, WATCH_MS);
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
  return describeFromOutside(
    await watchActivity(target.pid, WATCH_MS),
    "Whether its event loop turns, only the process itself can tell: leave --no-signal out.",
  );
}

/**
 * A process whose inspector cannot be opened: what its stack says, read out of its memory, and what can be seen besides.
 *
 * @param mayStop whether it may be stopped for that, where it computes
 */
export async function diagnoseClosed(target: Target, mayStop: boolean): Promise<Diagnosis> {
  const activity = await watchActivity(target.pid, WATCH_MS);
  const { functions, missing } = readJavaScriptStack(target, mayStop);
  if (functions.length > 0) return describeNative(activity, functions, WATCH_MS, []);
  const { summary, ...others } = describeFromOutside(
    activity,
    "More can only be told through its inspector, which cannot be opened.",
  );
  if (missing !== undefined) return { ...others, summary };
  const where = activity.main.isComputing ? ", in JavaScript" : "";
  return { ...others, summary: `${summary.slice(0, -1)}${where}. It is in no native call.` };
}

/**
 * A process whose inspector does not open: the same.
 *
 * @param mayStop whether it may be stopped for that, where it computes
 */
export async function diagnoseSilent(target: Target, silentMs: number, mayStop: boolean): Promise<Diagnosis> {
  const activity = await watchActivity(target.pid, WATCH_MS);
  const { functions, missing } = readJavaScriptStack(target, mayStop);
  if (functions.length > 0) return describeNative(activity, functions, silentMs, []);
  if (missing !== undefined) {
    return describeNative(activity, [], silentMs, [
      `From where it was called cannot be told: ${missing}.`,
      "Or its program has a handler of its own for SIGUSR1, which has run: then it need not be in a native call.",
    ]);
  }
  const { summary, ...others } = describeFromOutside(
    activity,
    "What it does can only be told through an inspector that is open: --inspect, or inspector.open() in its code.",
  );
  return {
    ...others,
    summary: `${summary.slice(0, -1)}, and is in no native call: so its program has a handler of its own for SIGUSR1, which has run instead of opening the inspector.`,
  };
}

function describeFromOutside(activity: Activity, advice: string): Diagnosis {
  return {
    state: activity.main.isComputing ? "busy" : "idle",
    summary: `${describeActivity(activity)}.`,
    details: describeOthers(activity),
    stack: [],
    advice: [advice],
  };
}

function describeNative(
  activity: Activity,
  functions: readonly HeapFunction[],
  blockedMs: number,
  doubts: readonly string[],
): Diagnosis {
  const stack = functions.map(describeFunction);
  return {
    state: "native",
    summary: summarizeNative(stack, blockedMs),
    details: [`${describeActivity(activity)}.`, ...describeOthers(activity), ...doubts],
    stack,
    advice: [
      ...activity.children.map((child) => `If it waits for its child process, end that: kill ${child.pid}`),
      ...adviseOn("native"),
    ],
  };
}

/** What is known of a function without the process's help: not the place in it. */
function describeFunction({ name, script, line }: HeapFunction): DiagnosedFrame {
  return {
    call: name,
    file: script === "" ? "native" : nameFile(script),
    line: 0,
    column: 0,
    ...(line !== undefined && { functionLine: line }),
    source: [],
    variables: [],
    isInternal: script === "" || isInternal(script),
  };
}

function describeActivity({ main, sleepsIn }: Activity): string {
  const place = sleepsIn === "" ? "" : ` (in the kernel's ${sleepsIn})`;
  return `Its main thread ${main.isComputing ? "computes" : `waits${place}`}: ${describeShare(main)}`;
}

/** Other threads that compute, and child processes. */
function describeOthers({ computing, children }: Activity): string[] {
  return [
    ...computing.map(
      (thread) => `Another of its threads computes (${thread.name}, ${thread.tid}): ${describeShare(thread)}.`,
    ),
    ...children.map(({ pid, command }) => `Its child process ${pid} runs: ${command}`),
  ];
}

function describeShare({ cpuShare }: ThreadActivity): string {
  return `${Math.round(cpuShare * 100)} % of a processor`;
}
