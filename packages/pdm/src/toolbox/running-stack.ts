import { BOUNDARY_FILE } from "../engine/stack-boundary.js";
import { printAsText } from "./tool.js";

/** Frames that `$stack()` gives. */
const STACK_FRAMES = 200;

/** One call that is under way. */
export interface StackFrame {
  /** Such as `Cart.total` or `async load`; empty at the top level of a file. */
  readonly call: string;
  /** Of the source where the process has its source map (`--enable-source-maps`), else of what runs. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

/** The calls under way, and what keeps the process waiting. */
export class RunningStack {
  /** The innermost first; those that led to the command are left out. */
  readonly frames: readonly StackFrame[];
  /** Kind of resource to how many keep the event loop alive, as `process.getActiveResourcesInfo()` says: `Timeout`, `TCPSocketWrap`. */
  readonly pending: Readonly<Record<string, number>>;

  constructor(frames: readonly StackFrame[], pending: Readonly<Record<string, number>>) {
    this.frames = frames;
    this.pending = pending;
  }

  toString(): string {
    const frames = this.frames.map(
      ({ call, file, line, column }) => `    at ${call === "" ? "" : `${call} `}(${file}:${line}:${column})`,
    );
    const pending = Object.entries(this.pending).map(([kind, count]) => `${count} ${kind}`);
    const lines = [
      frames.length === 0 ? "nothing but this command is running" : "running:",
      ...frames,
      `pending: ${pending.length === 0 ? "nothing that keeps the process alive" : pending.join(", ")}`,
    ];
    return lines.join("\n");
  }
}
printAsText(RunningStack);

/**
 * The stack of the code that calls it: of a function that a command gave to the daemon, the daemon's frames that led to it.
 *
 * @param below frames up to and with this function's are left out
 */
export function readRunningStack(below: (...args: never[]) => unknown): RunningStack {
  return new RunningStack(captureFrames(below), countPending());
}

function captureFrames(below: (...args: never[]) => unknown): StackFrame[] {
  const formatted = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  const limited = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  let sites: readonly NodeJS.CallSite[] = [];
  const holder: { stack?: unknown } = {};
  try {
    Object.defineProperty(Error, "prepareStackTrace", {
      value: (_error: unknown, found: readonly NodeJS.CallSite[]) => {
        sites = found;
        return "";
      },
      configurable: true,
      writable: true,
    });
    Object.defineProperty(Error, "stackTraceLimit", { value: STACK_FRAMES, configurable: true, writable: true });
    Error.captureStackTrace(holder, below);
    // Formatted when it is first read.
    void holder.stack;
  } finally {
    restore("prepareStackTrace", formatted);
    restore("stackTraceLimit", limited);
  }
  const boundary = sites.findIndex((site) => site.getFileName() === BOUNDARY_FILE);
  return (boundary === -1 ? sites : sites.slice(0, boundary)).map(describeSite);
}

function restore(name: string, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) Reflect.deleteProperty(Error, name);
  else Object.defineProperty(Error, name, descriptor);
}

function describeSite(site: NodeJS.CallSite): StackFrame {
  const file = site.getFileName() ?? (site.isNative() ? "native" : "<anonymous>");
  const line = site.getLineNumber() ?? 0;
  const column = site.getColumnNumber() ?? 0;
  return { call: nameCall(site), ...findSource(file, line, column) };
}

function nameCall(site: NodeJS.CallSite): string {
  const name = site.getFunctionName() ?? "";
  if (site.isConstructor()) return `new ${name === "" ? "<anonymous>" : name}`;
  const type = site.isToplevel() || name.includes(".") ? null : site.getTypeName();
  const call = type === null || name === "" ? name : `${type}.${name}`;
  return site.isAsync() ? `async ${call}`.trimEnd() : call;
}

/** What the source map says, where Node has loaded one. */
function findSource(file: string, line: number, column: number): Omit<StackFrame, "call"> {
  try {
    const map = process.getBuiltinModule("node:module").findSourceMap(file);
    const entry = map?.findEntry(line - 1, column - 1);
    if (entry !== undefined && "originalSource" in entry) {
      return { file: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
    }
  } catch {
    // A map that makes no sense.
  }
  return { file, line, column };
}

function countPending(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
