import type { Runtime } from "node:inspector";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";

/** What a thread says of itself, as long as it runs any JavaScript. */
export interface ThreadFigures {
  /** Turns of its event loop since it began. */
  readonly turns: number;
  /** Milliseconds since the same, in which its event loop waited. */
  readonly idleMs: number;
  readonly heapUsedBytes: number;
  readonly heapLimitBytes: number;
  readonly residentBytes: number;
  /** What the event loop waits for, such as `Timeout`, and how many of each. */
  readonly resources: Readonly<Record<string, number>>;
}

/** Only what Node.js offers itself; each part for itself, since a service may have changed any of it. */
const EXPRESSION = `(() => {
  const read = (get) => { try { return get(); } catch { return undefined; } };
  const modules = (name) => process.getBuiltinModule(name);
  const performance = read(() => modules("node:perf_hooks").performance) ?? globalThis.performance;
  const heap = read(() => modules("node:v8").getHeapStatistics()) ?? {};
  const resources = {};
  for (const name of read(() => process.getActiveResourcesInfo()) ?? []) resources[name] = (resources[name] ?? 0) + 1;
  return {
    turns: read(() => performance.nodeTiming.uvMetricsInfo.loopCount) ?? 0,
    idleMs: read(() => performance.nodeTiming.idleTime) ?? 0,
    heapUsedBytes: heap.used_heap_size ?? 0,
    heapLimitBytes: heap.heap_size_limit ?? 0,
    residentBytes: read(() => process.memoryUsage.rss()) ?? 0,
    resources,
  };
})()`;

/**
 * @returns undefined where what it runs keeps it from telling, as when its stack is full
 * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_TIMEOUT` where it does not come to JavaScript within `answerMs`
 */
export async function readThreadFigures(
  session: InspectorSession,
  answerMs: number,
): Promise<ThreadFigures | undefined> {
  const answer = await session.post<Runtime.EvaluateReturnType>(
    "Runtime.evaluate",
    { expression: EXPRESSION, returnByValue: true, silent: true, timeout: DIAGNOSIS_LIMITS.ownCodeMs },
    answerMs,
  );
  const value: unknown = answer.result?.value;
  return typeof value === "object" && value !== null ? readFigures(value) : undefined;
}

/** Whatever the program has made of the functions that were asked. */
function readFigures(value: object): ThreadFigures {
  const fields = value as Readonly<Record<string, unknown>>;
  const number = (name: string): number => {
    const field = fields[name];
    return typeof field === "number" && Number.isFinite(field) ? field : 0;
  };
  const { resources } = fields;
  const counts = typeof resources === "object" && resources !== null ? Object.entries(resources) : [];
  return {
    turns: number("turns"),
    idleMs: number("idleMs"),
    heapUsedBytes: number("heapUsedBytes"),
    heapLimitBytes: number("heapLimitBytes"),
    residentBytes: number("residentBytes"),
    resources: Object.fromEntries(counts.filter((entry): entry is [string, number] => typeof entry[1] === "number")),
  };
}
