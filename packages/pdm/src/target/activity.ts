import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { readClockMs } from "../clock.js";
import { ACTIVITY_LIMITS } from "../limits.js";
import { readProcessCommand } from "./command-line.js";
import { listPids } from "./listening-ports.js";
import { readProcessStatus } from "./process-status.js";
import { readProcessorTime } from "./processor-time.js";
import type { ProcessorTime } from "./processor-time.js";

/** What one of a process's threads did while it was watched. */
export interface ThreadActivity {
  readonly tid: number;
  /** At most 15 characters. */
  readonly name: string;
  /** Of the time, from 0 to 1, that it has run. */
  readonly cpuShare: number;
  /** Whether it ran, or would have, had a processor been free, for most of the time. */
  readonly isComputing: boolean;
}

/** What a process did while it was watched from outside. */
export interface Activity {
  readonly main: ThreadActivity;
  /** Of its other threads those that computed, most first. */
  readonly computing: readonly ThreadActivity[];
  /** The kernel's function in which its main thread sleeps; empty where it runs, or we may not know. */
  readonly sleepsIn: string;
  /** The processes that it has started and that run. */
  readonly children: readonly { readonly pid: number; readonly command: string }[];
}

/** Share of the time from which on a thread counts as computing. */
const COMPUTING = 0.5;

/**
 * Watches a process for that time. Nothing is done to it.
 *
 * @throws TargetError (rejects) `ERR_PDM_TARGET_GONE`
 */
export async function watchActivity(pid: number, durationMs: number): Promise<Activity> {
  const before = readTimes(pid);
  const startMs = readClockMs();
  await wait(durationMs);
  // Where it has ended, that is said.
  readProcessStatus(pid);
  const elapsedMs = readClockMs() - startMs;
  const describe = (tid: number, time: ProcessorTime): ThreadActivity => {
    const { ranMs, queuedMs } = before.get(tid) ?? { ranMs: 0, queuedMs: 0 };
    const cpuShare = Math.min(1, (time.ranMs - ranMs) / elapsedMs);
    const isComputing = cpuShare + (time.queuedMs - queuedMs) / elapsedMs >= COMPUTING;
    return { tid, name: readThreadName(pid, tid), cpuShare, isComputing };
  };
  const after = readTimes(pid);
  // What has ended tells no time.
  const main = after.get(pid) ?? before.get(pid) ?? { ranMs: 0, queuedMs: 0 };
  const others = [...after].map(([tid, time]) => describe(tid, time));
  return {
    main: describe(pid, main),
    computing: others
      .filter(({ tid, isComputing }) => tid !== pid && isComputing)
      .toSorted((one, other) => other.cpuShare - one.cpuShare),
    sleepsIn: readWaitChannel(pid),
    children: listChildren(pid),
  };
}

/**
 * Which states its main thread had in that time: see `ProcessStatus`. Nothing is done to it.
 *
 * @throws TargetError (rejects) `ERR_PDM_TARGET_GONE`
 */
export async function watchStates(pid: number, durationMs: number): Promise<ReadonlySet<string>> {
  const states = new Set([readProcessStatus(pid).state]);
  for (let look = 0; look < ACTIVITY_LIMITS.looks; look += 1) {
    await wait(durationMs / ACTIVITY_LIMITS.looks);
    states.add(readProcessStatus(pid).state);
  }
  return states;
}

/** By the thread's id. */
function readTimes(pid: number): Map<number, ProcessorTime> {
  const times = new Map<number, ProcessorTime>();
  for (const tid of [pid, ...listOtherThreads(pid)]) {
    const time = readProcessorTime(pid, tid);
    if (time !== undefined) times.set(tid, time);
  }
  return times;
}

function listOtherThreads(pid: number): number[] {
  try {
    const tids = readdirSync(`/proc/${pid}/task`).map(Number);
    return tids.filter((tid) => tid !== pid).slice(0, ACTIVITY_LIMITS.threads);
  } catch {
    return [];
  }
}

function readThreadName(pid: number, tid: number): string {
  try {
    return readFileSync(`/proc/${pid}/task/${tid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

function readWaitChannel(pid: number): string {
  try {
    const name = readFileSync(`/proc/${pid}/wchan`, "utf8").trim();
    return name === "0" ? "" : name;
  } catch {
    return "";
  }
}

function listChildren(pid: number): Activity["children"] {
  const children = listPids().filter((child) => {
    try {
      return readProcessStatus(child).parent === pid;
    } catch {
      return false;
    }
  });
  return children.slice(0, ACTIVITY_LIMITS.children).map((child) => ({
    pid: child,
    command: readProcessCommand(child).args.join(" ").slice(0, ACTIVITY_LIMITS.commandCharacters),
  }));
}
