import { readFileSync } from "node:fs";

/** What a thread has had of the processors since it began. */
export interface ProcessorTime {
  readonly ranMs: number;
  /** It would have run, and others did. */
  readonly queuedMs: number;
}

/** @param text of `/proc/PID/task/TID/schedstat`: nanoseconds of both. See https://docs.kernel.org/scheduler/sched-stats.html @returns undefined where it is anything else, or all zeroes, as from a kernel that keeps no account */
export function parseProcessorTime(text: string): ProcessorTime | undefined {
  const [, ran, queued] = /^([1-9]\d*) (\d+) /.exec(text) ?? [];
  return ran === undefined ? undefined : { ranMs: Number(ran) / NS_PER_MS, queuedMs: Number(queued) / NS_PER_MS };
}

const NS_PER_MS = 1_000_000;

/** @returns undefined where there is no such thread (any more) */
export function readProcessorTime(pid: number, tid: number): ProcessorTime | undefined {
  const folder = `/proc/${pid}/task/${tid}`;
  return parseProcessorTime(read(`${folder}/schedstat`)) ?? parseTicks(read(`${folder}/stat`));
}

/** The kernel's `USER_HZ`, which is 100 on every platform that Node.js runs on. */
const MS_PER_TICK = 10;

/** For a kernel that keeps no such account. */
function parseTicks(stat: string): ProcessorTime | undefined {
  // The name, in brackets, may hold anything.
  const numbers = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(numbers[11]) + Number(numbers[12]);
  return Number.isNaN(ticks) ? undefined : { ranMs: ticks * MS_PER_TICK, queuedMs: 0 };
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
