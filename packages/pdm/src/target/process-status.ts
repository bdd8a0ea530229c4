import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { TargetError } from "./target-error.js";

/** What the kernel says of a process, in `/proc/PID/status` and `/proc/PID/stat`. See proc(5). */
export interface ProcessStatus {
  readonly pid: number;
  /** At most 15 characters; Node.js puts `process.title` there. */
  readonly name: string;
  /** One letter: `R` runs, `S` sleeps, `D` sleeps where nothing wakes it, `T` stopped, `t` traced, `Z` has ended. */
  readonly state: string;
  readonly parent: number;
  /** Whose rights it has (the effective user). */
  readonly uid: number;
  /** Its ids, in our namespace first and in its own last. */
  readonly namespacePids: readonly number[];
  /** Who traces it, such as gdb; 0 for nobody. */
  readonly tracer: number;
  /** The signals for which it has a handler, as bits; that of signal 1 is the lowest. */
  readonly caughtSignals: bigint;
  /** Clock ticks from the system's start to its own: with the pid it names one process for ever. */
  readonly startTicks: number;
}

/** @throws TargetError `ERR_PDM_TARGET_GONE` where there is no such process (any more) */
export function readProcessStatus(pid: number): ProcessStatus {
  const fields = new Map<string, string>();
  for (const line of readFile(pid, "status").split("\n")) {
    const colon = line.indexOf(":");
    fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  // The name, in brackets, may hold anything.
  const stat = readFile(pid, "stat");
  const numbers = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (name: string): string => fields.get(name) ?? "";
  return {
    pid,
    name: field("Name"),
    state: field("State").slice(0, 1),
    parent: Number(field("PPid")),
    uid: Number(field("Uid").split("\t")[1]),
    namespacePids: field("NSpid") === "" ? [pid] : field("NSpid").split("\t").map(Number),
    tracer: Number(field("TracerPid")),
    caughtSignals: BigInt(`0x${field("SigCgt") || "0"}`),
    startTicks: Number(numbers[19]),
  };
}

/** Whether it has a handler for that signal. */
export function catchesSignal({ caughtSignals }: ProcessStatus, signal: NodeJS.Signals): boolean {
  return ((caughtSignals >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

function readFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (cause) {
    throw new TargetError("ERR_PDM_TARGET_GONE", `there is no process ${pid}`, { cause });
  }
}
