import type { DiagnosedFrame, ProcessState } from "./diagnosis.js";
import type { TimeShares } from "./profile.js";
import { nameFile } from "./script-sources.js";
import type { ThreadFigures } from "./thread-figures.js";

export function summarizeIdle(idleShare: number): string {
  return `Waits: its event loop turns, and has nothing to do ${percent(idleShare)} of the time.`;
}

export function summarizeBusy(busyShare: number, { hottest }: TimeShares): string {
  const where = hottest && `, most of it (${percent(hottest.share)}) in ${describeHottest(hottest)}`;
  return `Works: its event loop turns, and is busy ${percent(busyShare)} of the time${where ?? ""}.`;
}

export function summarizeCollecting(
  { garbageCollection }: TimeShares,
  { heapUsedBytes, heapLimitBytes }: ThreadFigures,
  stack: readonly DiagnosedFrame[],
): string {
  const heap = `${mebibytes(heapUsedBytes)} of the ${mebibytes(heapLimitBytes)} that its heap may have are in use`;
  const frame = findOwn(stack);
  const where = frame === undefined ? "" : `; what asks for the memory now is ${describeCall(frame)}`;
  return `Collects garbage back to back: ${percent(garbageCollection)} of the time, and ${heap}${where}.`;
}

export function summarizePaused(stack: readonly DiagnosedFrame[]): string {
  const frame = findOwn(stack);
  return `Paused by a debugger${frame === undefined ? "" : ` in ${describeCall(frame)}`}.`;
}

export function summarizeStuck(
  stack: readonly DiagnosedFrame[],
  blockedMs: number,
  regularExpression: string | undefined,
): string {
  const frame = findOwn(stack);
  const time = `its event loop has not turned for more than ${seconds(blockedMs)}`;
  if (regularExpression !== undefined) {
    return `Stuck in a regular expression: ${time}, in ${describeCall(frame)} at \`${regularExpression}\`.`;
  }
  const native = findNativeCall(stack);
  if (native !== undefined) {
    return `Stuck in JavaScript that calls ${native.call} again and again: ${time}, in ${describeCall(frame)}.`;
  }
  return `Stuck in JavaScript: ${time}, in ${describeCall(frame)}.`;
}

export function summarizeWaiting(stack: readonly DiagnosedFrame[], blockedMs: number): string {
  return `Asleep in ${describeCall(findOwn(stack))}, as Atomics.wait does: its event loop has not turned for more than ${seconds(blockedMs)}, and its thread hardly uses a processor.`;
}

export function summarizeNative(stack: readonly DiagnosedFrame[], blockedMs: number): string {
  const native = findNativeCall(stack);
  const frame = findOwn(stack);
  const time = `no JavaScript has run for more than ${seconds(blockedMs)}`;
  if (frame === undefined) return `In a native call that has not returned: ${time}.`;
  return `In a native call: ${time}; it was ${native === undefined ? "one" : native.call}, entered from ${describeCall(frame)}.`;
}

export function describeMemory({ heapUsedBytes, heapLimitBytes, residentBytes }: ThreadFigures): string {
  const heap = heapLimitBytes === 0 ? "" : `; heap ${mebibytes(heapUsedBytes)} of at most ${mebibytes(heapLimitBytes)}`;
  return `Memory: ${mebibytes(residentBytes)} resident${heap}.`;
}

export function describeResources({ resources }: ThreadFigures): string {
  const list = Object.entries(resources).map(([name, count]) => `${count} ${name}`);
  return list.length === 0
    ? "Nothing that Node.js names keeps it alive; it does not name worker threads."
    : `What keeps it alive: ${list.join(", ")}.`;
}

/** What can be done, whatever the way by which it was asked. */
export function adviseOn(state: ProcessState): readonly string[] {
  return ADVICE[state];
}

const ADVICE: Readonly<Record<ProcessState, readonly string[]>> = {
  idle: [
    "Nothing is stuck. If it does not answer, look at what it waits for: a connection pool, a lock, a promise that nobody settles.",
  ],
  busy: ["Nothing is stuck. A CPU profile tells what takes the time."],
  loop: [
    "If the loop tests a flag that can be reached from the global object, evaluate an expression that sets it.",
    "If it calls a method of an object that can be reached, evaluate an expression that replaces the method by one that throws.",
    "Local variables can be read, not changed. Take a CPU profile before ending the process: it tells which calls take the time.",
  ],
  regexp: [
    "Nothing can end a regular expression from outside: end the process, and take the text that it was given out of its input.",
    "Mend the expression: nested repetitions such as (a+)+ try ever more ways to match.",
  ],
  native: [
    "Nothing can be evaluated until the call returns. Where it waits for a child process, ending that ends the wait.",
    "Use the asynchronous form of the call, such as execFile for execFileSync.",
  ],
  waiting: [
    "Nobody has ended its wait: see what the worker thread that should call Atomics.notify does.",
    "An expression can end it, where the memory can be reached: Atomics.notify(ARRAY, INDEX).",
  ],
  "garbage-collection": [
    "Take a heap snapshot if there is memory for it, then start it anew; --max-old-space-size gives it more room, --heapsnapshot-near-heap-limit=1 writes a snapshot the next time.",
  ],
  paused: ["Somebody debugs it: that debugger can let it run on."],
  stopped: ["Let it run on: kill -CONT PID"],
  traced: ["Let it go in the debugger that holds it, or end that."],
  uninterruptible: [
    "Look at what it waits for: a disk, or a file system over the network. Only the kernel can end that.",
  ],
  zombie: ["It has ended; its parent has yet to ask how (wait). Ending the parent takes it away."],
};

/** The innermost call that is not Node.js's own. */
function findOwn(stack: readonly DiagnosedFrame[]): DiagnosedFrame | undefined {
  return stack.find((frame) => !frame.isInternal);
}

/** The function of Node.js's that the service's own code called. */
function findNativeCall(stack: readonly DiagnosedFrame[]): DiagnosedFrame | undefined {
  const own = stack.findIndex((frame) => !frame.isInternal);
  return own > 0 ? stack[own - 1] : undefined;
}

function describeCall(frame: DiagnosedFrame | undefined): string {
  if (frame === undefined) return "Node.js's own code";
  const { call, file, line, functionLine } = frame;
  const place = line > 0 ? `${file}:${line}` : functionLine === undefined ? file : `${file}, from line ${functionLine}`;
  return `${call === "" ? "an anonymous function" : call} (${place})`;
}

function describeHottest({ call, url, line }: NonNullable<TimeShares["hottest"]>): string {
  const name = call === "" ? "an anonymous function" : call;
  return url === "" ? name : `${name} (${nameFile(url)}:${line})`;
}

function percent(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 100)} %`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MiB`;
}
