import type { DiagnosedFrame, Diagnosis, ProcessState } from "../diagnosis/diagnosis.js";
import { isInternal, nameFile } from "../diagnosis/script-sources.js";
import { adviseOn, summarizeNative } from "../diagnosis/words.js";
import { watchActivity, watchStates } from "../target/activity.js";
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
  const states = await watchStates(target.pid, WATCH_MS);
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

export interface OutsideOptions {
  /** Whether it may be stopped for some milliseconds, where it computes, to read its stack. */
  readonly mayStop: boolean;
  /** For how long it is known not to have run any JavaScript, in milliseconds; undefined where nobody knows. */
  readonly silentMs?: number;
  /** A sentence that follows where it is in no native call. */
  readonly ifNone?: string;
  /** What can be done, where it is in no native call. */
  readonly advice: string;
}

/** Of a process whose JavaScript cannot be asked: what the kernel says, and the calls that its memory tells. */
export async function diagnoseByMemory(target: Target, options: OutsideOptions): Promise<Diagnosis> {
  const { mayStop, silentMs, ifNone, advice } = options;
  const first = silentMs === undefined ? readJavaScriptStack(target, mayStop) : undefined;
  const activity = await watchActivity(target.pid, WATCH_MS);
  const { functions, missing } = readJavaScriptStack(target, mayStop);
  // Every program is in a native call now and then: in one that lasts it is found twice.
  const isNative = functions.length > 0 && (first === undefined || isSame(first.functions, functions));
  const unknown = missing === undefined ? [] : [`In which calls it is cannot be told: ${missing}.`];
  if (isNative || (silentMs !== undefined && missing !== undefined)) {
    return describeNative(activity, functions, silentMs ?? WATCH_MS, [
      ...unknown,
      ...(missing === undefined || ifNone === undefined ? [] : [`If it is in no native call: ${ifNone}`]),
    ]);
  }
  return {
    state: activity.main.isComputing ? "busy" : "idle",
    summary: [
      describeActivity(activity),
      ...(missing === undefined ? ["It is in no native call that lasts."] : []),
      ...(ifNone === undefined ? [] : [ifNone]),
    ].join(" "),
    details: [...describeOthers(activity), ...unknown],
    stack: [],
    advice: [advice],
  };
}

function isSame(before: readonly HeapFunction[], after: readonly HeapFunction[]): boolean {
  return listCalls(before) === listCalls(after);
}

function listCalls(functions: readonly HeapFunction[]): string {
  return JSON.stringify(functions.map(({ name, script, line }) => [name, script, line]));
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
    details: [describeActivity(activity), ...describeOthers(activity), ...doubts],
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
  return `Its main thread ${main.isComputing ? "computes" : `waits${place}`}: ${describeShare(main)}.`;
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
