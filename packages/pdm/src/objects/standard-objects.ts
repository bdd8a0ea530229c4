import { readClockMs } from "../clock.js";
import { ComputedAttribute } from "./attribute.js";
import type { Invocable } from "./interfaces.js";
import { UnknownMethodError } from "./method-table.js";
import { StaticDirectory } from "./static-directory.js";
import { StructSequence } from "./struct-sequence.js";

// Now, when the library is loaded, and not when somebody first looks.
const loadedAt = readClockMs();
const cpuAtLoad = process.cpuUsage();

/** The objects that are in every process, by module and name. */
export function createStandardObjects(): Record<string, Record<string, object>> {
  return { "pdm.perf": { sysres: createSysres(), sysinfo: createSysinfo(), sysctl: new ProcessControl() } };
}

function cpuSeconds(pick: (usage: NodeJS.CpuUsage) => number): number {
  return pick(process.cpuUsage(cpuAtLoad)) / 1e6;
}

/** What the process has used since the library was loaded. */
function createSysres(): StaticDirectory {
  return new StaticDirectory({
    realtime: new ComputedAttribute(
      () => (readClockMs() - loadedAt) / 1000,
      "Seconds since the management library was loaded.",
    ),
    cputime: new ComputedAttribute(
      () => cpuSeconds((usage) => usage.user + usage.system),
      "CPU seconds used since the management library was loaded.",
    ),
    utime: new ComputedAttribute(() => cpuSeconds((usage) => usage.user), "The part of cputime spent in user mode."),
    stime: new ComputedAttribute(() => cpuSeconds((usage) => usage.system), "The part of cputime spent in the kernel."),
    maxrss: new ComputedAttribute(
      () => process.resourceUsage().maxRSS,
      "The largest resident set so far, in kibibytes.",
    ),
    rusage: new ComputedAttribute(readRusage, "What getrusage says of the process."),
  });
}

/** The sixteen fields in the order of `getrusage(2)`; times in seconds, memory in kibibytes. */
function readRusage(): StructSequence {
  const usage = process.resourceUsage();
  return new StructSequence("resource.struct_rusage", {
    ru_utime: usage.userCPUTime / 1e6,
    ru_stime: usage.systemCPUTime / 1e6,
    ru_maxrss: usage.maxRSS,
    ru_ixrss: usage.sharedMemorySize,
    ru_idrss: usage.unsharedDataSize,
    ru_isrss: usage.unsharedStackSize,
    ru_minflt: usage.minorPageFault,
    ru_majflt: usage.majorPageFault,
    ru_nswap: usage.swappedOut,
    ru_inblock: usage.fsRead,
    ru_oublock: usage.fsWrite,
    ru_msgsnd: usage.ipcSent,
    ru_msgrcv: usage.ipcReceived,
    ru_nsignals: usage.signalsCount,
    ru_nvcsw: usage.voluntaryContextSwitches,
    ru_nivcsw: usage.involuntaryContextSwitches,
  });
}

function createSysinfo(): StaticDirectory {
  return new StaticDirectory({
    pid: new ComputedAttribute(() => process.pid, "The process id."),
    uname: new ComputedAttribute(readUname, "What uname says of the system."),
    hostname: new ComputedAttribute(() => process.getBuiltinModule("node:os").hostname(), "The name of the machine."),
    platform: new ComputedAttribute(() => process.platform, "The operating system, such as linux or darwin."),
  });
}

function readUname(): StructSequence {
  const os = process.getBuiltinModule("node:os");
  return new StructSequence("posix.uname_result", {
    sysname: os.type(),
    nodename: os.hostname(),
    release: os.release(),
    version: os.version(),
    machine: os.machine(),
  });
}

/** Ends the process. Whoever may call it may end the service. */
class ProcessControl implements Invocable {
  /**
   * `exit(status=0)`, positional or by name: ends the process at once, so that the caller sees its connection end
   * instead of a reply. In a worker thread it ends the thread.
   */
  invoke(method: string, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): never {
    if (method !== "exit") throw new UnknownMethodError(method);
    const unknown = Object.keys(kwargs).find((name) => name !== "status");
    if (unknown !== undefined || args.length > 1 || (args.length === 1 && "status" in kwargs)) {
      throw new TypeError("exit takes one argument at the most, status");
    }
    const status = args[0] ?? kwargs["status"] ?? 0;
    if (typeof status !== "number" || !Number.isInteger(status) || status < 0 || status > 255) {
      throw new RangeError("status must be a whole number from 0 to 255");
    }
    process.exit(status);
  }
}
