import { setTimeout as wait } from "node:timers/promises";
import type { Profiler } from "node:inspector";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";

/** What a thread did with its time. */
export interface TimeShares {
  /** Of the samples, from 0 to 1, those taken while garbage was collected; 0 where there are too few of them to tell. */
  readonly garbageCollection: number;
  /** The function in which most samples were, its own and no callee's; undefined where there is none. */
  readonly hottest:
    | { readonly call: string; readonly url: string; readonly line: number; readonly share: number }
    | undefined;
}

/** What V8 counts as no function. */
const PSEUDO_FUNCTIONS = new Set(["(root)", "(program)", "(idle)", "(garbage collector)"]);

/**
 * Records a CPU profile: what Chrome's tools, VS Code and `speedscope` read as a `.cpuprofile`. The thread runs on.
 *
 * @throws InspectorError (rejects) where the thread does not come to JavaScript
 */
export async function profileThread(session: InspectorSession, durationMs: number): Promise<Profiler.Profile> {
  const { answerMs, profileIntervalUs } = DIAGNOSIS_LIMITS;
  await session.post("Profiler.enable", {}, answerMs);
  try {
    await session.post("Profiler.setSamplingInterval", { interval: profileIntervalUs }, answerMs);
    await session.post("Profiler.start", {}, answerMs);
    await wait(durationMs);
    const { profile } = await session.post<Profiler.StopReturnType>("Profiler.stop", {}, DIAGNOSIS_LIMITS.patienceMs);
    return profile;
  } finally {
    void session.post("Profiler.disable").catch(() => undefined);
  }
}

/** Sums up a profile. */
export function readTimeShares({ nodes, samples = [] }: Profiler.Profile): TimeShares {
  const counts = new Map<number, number>();
  for (const id of samples) counts.set(id, (counts.get(id) ?? 0) + 1);
  const byFunction = new Map<string, { node: Profiler.ProfileNode; count: number }>();
  for (const node of nodes) {
    const { functionName, url, lineNumber } = node.callFrame;
    const key = `${functionName}\n${url}\n${lineNumber}`;
    const known = byFunction.get(key) ?? { node, count: 0 };
    known.count += counts.get(node.id) ?? 0;
    byFunction.set(key, known);
  }
  const total = Math.max(1, samples.length);
  let hottest: { node: Profiler.ProfileNode; count: number } | undefined;
  let collecting = 0;
  for (const entry of byFunction.values()) {
    const { functionName } = entry.node.callFrame;
    if (functionName === "(garbage collector)") collecting += entry.count;
    if (!PSEUDO_FUNCTIONS.has(functionName) && entry.count > (hottest?.count ?? 0)) hottest = entry;
  }
  return {
    garbageCollection: samples.length < DIAGNOSIS_LIMITS.leastSamples ? 0 : collecting / total,
    hottest: hottest && {
      call: hottest.node.callFrame.functionName,
      url: hottest.node.callFrame.url,
      line: hottest.node.callFrame.lineNumber + 1,
      share: hottest.count / total,
    },
  };
}
