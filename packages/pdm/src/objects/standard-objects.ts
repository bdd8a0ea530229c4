import { readClockMs } from "../clock.js";
import { attribute } from "./declared-attribute.js";
import { directory } from "./declared-directory.js";
import type { DeclaredDirectory } from "./declared-directory.js";
import type { ObjectDescription } from "./description.js";
import type { Directory, Invocable } from "./interfaces.js";
import { UnknownMethodError } from "./method-table.js";
import { StructSequence } from "./struct-sequence.js";

// Now, when the library is loaded, and not when somebody first looks.
const loadedAt = readClockMs();
const cpuAtLoad = process.cpuUsage();

/** The objects that are in every process, by module and name. */
export function createStandardObjects(): Record<string, Record<string, object>> {
  const sysres = new LateDirectory(createSysres);
  const sysinfo = new LateDirectory(createSysinfo);
  return { "pdm.perf": { sysres, sysinfo, sysctl: new ProcessControl() } };
}

/** A directory that is made when somebody looks: declaring its entries takes longer than all else that a start takes here. */
class LateDirectory implements Directory {
  readonly #create: () => DeclaredDirectory;
  #directory: DeclaredDirectory | undefined;

  constructor(create: () => DeclaredDirectory) {
    this.#create = create;
  }

  list(): Iterable<string> | PromiseLike<Iterable<string>> {
    return this.#open().list();
  }

  lookup(name: string): unknown {
    return this.#open().lookup(name);
  }

  describe(): ObjectDescription {
    return this.#open().describe();
  }

  #open(): DeclaredDirectory {
    this.#directory ??= this.#create();
    return this.#directory;
  }
}

function cpuSeconds(pick: (usage: NodeJS.CpuUsage) => number): number {
  return pick(process.cpuUsage(cpuAtLoad)) / 1e6;
}

const SECONDS = { type: "number", minimum: 0 } as const;
const TEXT = { type: "string" } as const;

/** What the process has used since the library was loaded. */
function createSysres(): DeclaredDirectory {
  const counter = { type: SECONDS, unit: "s", kind: "counter" } as const;
  return directory({
    description: "What the process has used.",
    entries: {
      realtime: attribute({
        description: "Seconds since the management library was loaded.",
        ...counter,
        read: () => (readClockMs() - loadedAt) / 1000,
      }),
      cputime: attribute({
        description: "CPU seconds used since the management library was loaded.",
        ...counter,
        read: () => cpuSeconds((usage) => usage.user + usage.system),
      }),
      utime: attribute({
        description: "The part of cputime spent in user mode.",
        ...counter,
        read: () => cpuSeconds((usage) => usage.user),
      }),
      stime: attribute({
        description: "The part of cputime spent in the kernel.",
        ...counter,
        read: () => cpuSeconds((usage) => usage.system),
      }),
      maxrss: attribute({
        description: "The largest resident set so far, in kibibytes.",
        type: { type: "integer", minimum: 0 },
        unit: "KiBy",
        kind: "gauge",
        read: () => process.resourceUsage().maxRSS,
      }),
      rusage: attribute({ description: "What getrusage says of the process.", read: readRusage }),
    },
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

function createSysinfo(): DeclaredDirectory {
  return directory({
    description: "What the process is, and where it runs.",
    entries: {
      pid: attribute({ description: "The process id.", type: { type: "integer" }, read: () => process.pid }),
      uname: attribute({ description: "What uname says of the system.", read: readUname }),
      hostname: attribute({
        description: "The name of the machine.",
        type: TEXT,
        kind: "text",
        read: () => process.getBuiltinModule("node:os").hostname(),
      }),
      platform: attribute({
        description: "The operating system, such as linux or darwin.",
        type: TEXT,
        kind: "text",
        read: () => process.platform,
      }),
    },
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

const EXIT_STATUS = {
  description: "The exit status.",
  type: "integer",
  minimum: 0,
  maximum: 255,
  default: 0,
} as const;

const SYSCTL: ObjectDescription = Object.freeze({
  description: "Controls the process.",
  operations: Object.freeze({
    exit: Object.freeze({
      description: "Ends the process at once, or the thread where it is a worker: there is no reply.",
      effect: "destroy",
      parameters: Object.freeze([Object.freeze({ name: "status", type: EXIT_STATUS, required: false, secret: false })]),
    }),
  }),
});

/** Ends the process. Whoever may call it may end the service. By itself an invocable and no directory, as in the original. */
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

  describe(): ObjectDescription {
    return SYSCTL;
  }
}
