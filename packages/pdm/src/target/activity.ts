import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { readClockMs } from "../clock.js";
import { ACTIVITY_LIMITS } from "../limits.js";
import { readProcessCommand } from "./command-line.js";
import { listPids } from "./listening-ports.js";
import { readProcessStatus } from "./process-status.js";

/** What a process did while it was watched from outside. */
export interface Activity {
  /** Of the time, from 0, that its threads have run; over 1 where several did. */
  readonly cpuShare: number;
  /** What the states of its main thread were: see `ProcessStatus`. */
  readonly states: ReadonlySet<string>;
  /** The kernel's function in which its main thread sleeps; empty where it runs, or we may not know. */
  readonly sleepsIn: string;
  /** The processes that it has started and that run. */
  readonly children: readonly { readonly pid: number; readonly command: string }[];
}

/**
 * Watches a process for that time. Nothing is done to it.
 *
 * @throws TargetError (rejects) `ERR_PDM_TARGET_GONE`
 */
export async function watchActivity(pid: number, durationMs: number): Promise<Activity> {
  const before = readProcessStatus(pid);
  const startMs = readClockMs();
  const states = new Set([before.state]);
  for (let look = 0; look < ACTIVITY_LIMITS.looks; look += 1) {
    await wait(durationMs / ACTIVITY_LIMITS.looks);
    states.add(readProcessStatus(pid).state);
  }
  const elapsedMs = readClockMs() - startMs;
  const ticks = readProcessStatus(pid).cpuTicks - before.cpuTicks;
  return {
    cpuShare: (ticks * MS_PER_TICK) / elapsedMs,
    states,
    sleepsIn: readWaitChannel(pid),
    children: listChildren(pid),
  };
}

/** The kernel's `USER_HZ`, which is 100 on every platform that Node.js runs on. */
const MS_PER_TICK = 10;

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
