import { readFileSync } from "node:fs";
import { STACK_LIMITS } from "../limits.js";
import { ElfFile } from "./elf-file.js";
import { findNodeProgram } from "./node-proof.js";
import { ProcessMemory } from "./process-memory.js";
import { readProcessStatus } from "./process-status.js";
import type { Target } from "./target.js";
import { V8Heap } from "./v8-heap.js";
import type { HeapFunction } from "./v8-heap.js";

/** The calls of JavaScript that a process's main thread is in, read from outside. */
export interface JavaScriptStack {
  /** The innermost first; empty where there is none, or none was found. */
  readonly functions: readonly HeapFunction[];
  /** Why there is none, where we may not look, or cannot. */
  readonly missing?: string;
}

class NotStoppedError extends RangeError {}

const WORD = 8n;

/** Between two looks whether a process that was stopped has come to rest. */
const REST_LOOK_MS = 1;

/**
 * Reads the stack of a process that does not answer, as it sits in a native call: out of its memory, by what V8 tells debuggers of its layout
 * (`v8dbg_*`; V8's `src/execution/frames.h` says how a frame looks). It needs nothing of the process.
 *
 * A process that computes is stopped by SIGSTOP until its stack has been copied, and let run on: only so the kernel tells where its stack is. One that
 * waits is not touched.
 *
 * @param mayStop whether a process that computes may be stopped; if not, nothing is told of it
 */
export function readJavaScriptStack(target: Target, mayStop: boolean): JavaScriptStack {
  try {
    return read(target, mayStop);
  } catch (error) {
    if (error instanceof NotStoppedError) {
      return {
        functions: [],
        missing: "it computes, and only while it is stopped for some milliseconds does its memory tell",
      };
    }
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM") {
      return {
        functions: [],
        missing: "its memory may not be read: do it as root, or set kernel.yama.ptrace_scope to 0",
      };
    }
    if (error instanceof RangeError || code !== undefined)
      return { functions: [], missing: "its memory does not tell" };
    throw error;
  }
}

function read(target: Target, mayStop: boolean): JavaScriptStack {
  const { pid } = target;
  const program = findNodeProgram(pid);
  using file = program === undefined ? undefined : ElfFile.open(program);
  const constants = file?.readNumbers("v8dbg_");
  if (file === undefined || constants === undefined || constants.size === 0) {
    return { functions: [], missing: "this Node.js does not tell its layout" };
  }
  let empty = 0;
  for (let changed = 0; changed < STACK_LIMITS.tries;) {
    const functions = readOnce(target, file, constants, mayStop);
    if (functions === undefined) {
      changed += 1;
      continue;
    }
    empty += 1;
    // One that was about to run on may have shown nothing.
    if (functions.length > 0 || empty >= STACK_LIMITS.emptyLooks) return { functions };
  }
  throw new RangeError("its calls return all the time");
}

/** @returns undefined where the stack was another one at the end */
function readOnce(
  target: Target,
  file: ElfFile,
  constants: ReadonlyMap<string, number>,
  mayStop: boolean,
): readonly HeapFunction[] | undefined {
  using memory = new ProcessMemory(target.pid);
  const copied = copyStack(target, memory, mayStop);
  // Code that V8 has compiled: JavaScript itself runs, and no native call.
  const code = memory.findRange(copied.registers.programCounter);
  if (code?.isExecutable === true && code.name === "") return [];
  const stack = new StackMemory(memory, new V8Heap(memory, constants), copied);
  // An event loop that polls has a large buffer on the stack, in which lie the remains of calls that have returned.
  const isPolling = POLLS.has(copied.registers.systemCall);
  const from = isPolling ? stack.findReturn(locateCode(file, memory, "uv_run")) : undefined;
  const functions = stack.findFunctions(from);
  return stack.isUnchanged() ? functions : undefined;
}

/** Where a thread is, in the kernel's words. */
interface Registers {
  readonly stackPointer: bigint;
  readonly programCounter: bigint;
  /** The system call in which it waits; -1 for none. */
  readonly systemCall: number;
}

/** The main thread's stack at one moment. */
interface CopiedStack {
  readonly registers: Registers;
  /** Where the copy begins, at the innermost word. */
  readonly start: bigint;
  readonly bytes: Buffer;
}

/**
 * Nothing of ours runs while it is stopped, so that no signal to us can leave it so.
 *
 * @throws RangeError where it runs and may not be stopped, or does not come to rest
 */
function copyStack(target: Target, memory: ProcessMemory, mayStop: boolean): CopiedStack {
  const { pid } = target;
  const end = memory.ranges.find(({ name }) => name === "[stack]")?.end;
  if (end === undefined) throw new RangeError("no stack");
  const copy = (registers: Registers): CopiedStack => {
    const start = registers.stackPointer & ~(WORD - 1n);
    const bytes = Math.min(Number(end - start), STACK_LIMITS.stackBytes);
    if (bytes <= 0) throw new RangeError("no stack");
    return { registers, start, bytes: memory.copy(start, bytes) };
  };
  const waiting = readRegisters(pid);
  if (waiting !== undefined) return copy(waiting);
  const { state } = readProcessStatus(pid);
  if (!mayStop && state !== "T") throw new NotStoppedError("it computes");
  if (state === "T" || !isStill(target)) throw new RangeError("it runs");
  process.kill(pid, "SIGSTOP");
  try {
    for (let waitedMs = 0; waitedMs < STACK_LIMITS.restMs; waitedMs += REST_LOOK_MS) {
      const registers = readProcessStatus(pid).state === "T" ? readRegisters(pid) : undefined;
      if (registers !== undefined) return copy(registers);
      Atomics.wait(NOTHING, 0, 0, REST_LOOK_MS);
    }
    throw new RangeError("it does not come to rest");
  } finally {
    if (isStill(target)) process.kill(pid, "SIGCONT");
  }
}

/** Nobody writes there. */
const NOTHING = new Int32Array(new SharedArrayBuffer(4));

/** Whether no other process has its number by now. */
function isStill({ pid, status }: Target): boolean {
  return readProcessStatus(pid).startTicks === status.startTicks;
}

/** `/proc/PID/syscall`: the system call with its arguments, or -1, and then the two registers; see proc(5). Undefined for a thread that runs. */
function readRegisters(pid: number): Registers | undefined {
  const words = readFileSync(`/proc/${pid}/syscall`, "utf8").trim().split(" ");
  const [stackPointer, programCounter] = words.slice(-2);
  if (words.length < 3 || stackPointer === undefined || programCounter === undefined) return undefined;
  return {
    systemCall: Number(words[0]),
    stackPointer: BigInt(stackPointer),
    programCounter: BigInt(programCounter),
  };
}

/** `epoll_wait` and `epoll_pwait` of x64, `epoll_pwait` of arm64. */
const POLLS: ReadonlySet<number> = new Set(process.arch === "arm64" ? [22] : [232, 281]);

/** Where a function of the program lies in the process; undefined where the program does not tell. */
function locateCode(file: ElfFile, memory: ProcessMemory, name: string): CodeRange | undefined {
  const symbol = file.findSymbol(name);
  if (symbol === undefined) return undefined;
  const base = file.isRelocatable ? memory.findBase() : 0n;
  return { start: base + symbol.address, end: base + symbol.address + symbol.size };
}

interface CodeRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** A frame that has been recognised. */
interface Frame {
  readonly caller: bigint;
  /** Undefined for V8's own, as those that lead from JavaScript to C++. */
  readonly called: HeapFunction | undefined;
}

/** The stack's words, as V8 writes its frames: `[fp]` the caller's fp, `[fp+8]` where that goes on, `[fp-8]` a context or the frame's kind. */
class StackMemory {
  readonly #memory: ProcessMemory;
  readonly #heap: V8Heap;
  readonly #start: bigint;
  readonly #end: bigint;
  readonly #bytes: Buffer;
  /** Of the frame by which JavaScript was left, in the copy. */
  #exitOffset: number | undefined;
  #framesRead = 0;

  constructor(memory: ProcessMemory, heap: V8Heap, { start, bytes }: CopiedStack) {
    this.#memory = memory;
    this.#heap = heap;
    this.#start = start;
    this.#end = start + BigInt(bytes.length);
    this.#bytes = bytes;
  }

  /** Whether the process is in the same calls still, so that what its heap was asked since belongs to them. */
  isUnchanged(): boolean {
    if (this.#exitOffset === undefined) return true;
    const copied = this.#bytes.subarray(this.#exitOffset);
    return copied.equals(this.#memory.copy(this.#start + BigInt(this.#exitOffset), copied.length));
  }

  /** The innermost word that leads back into that code. */
  findReturn(code: CodeRange | undefined): bigint | undefined {
    if (code === undefined) return undefined;
    for (let at = this.#start; at + WORD <= this.#end; at += WORD) {
      const word = this.#read(at);
      if (code.start < word && word < code.end) return at;
    }
    return undefined;
  }

  /** The chain from the innermost frame by which JavaScript was left for C++. What lies before it are C++'s, which look like anything. */
  findFunctions(from = this.#start): HeapFunction[] {
    for (let fp = from; fp + 2n * WORD <= this.#end; fp += WORD) {
      if (!this.#isExit(fp)) continue;
      const functions = this.#walk(fp);
      if (functions.length === 0) continue;
      this.#exitOffset = Number(fp - this.#start);
      return functions;
    }
    return [];
  }

  #walk(exit: bigint): HeapFunction[] {
    const functions: HeapFunction[] = [];
    let fp = exit;
    for (let count = 0; count < STACK_LIMITS.calls; count += 1) {
      const frame = this.#readFrame(fp);
      if (frame === undefined) break;
      if (frame.called !== undefined) functions.push(frame.called);
      fp = frame.caller;
    }
    return functions;
  }

  #readFrame(fp: bigint): Frame | undefined {
    this.#framesRead += 1;
    if (this.#framesRead > STACK_LIMITS.frames) throw new RangeError("more frames than make sense");
    if (!this.#isFrame(fp)) return undefined;
    const kind = this.#read(fp - WORD);
    const caller = this.#read(fp);
    if (this.#isKind(kind)) return { caller, called: undefined };
    const called = this.#heap.readFunction(this.#read(fp + BigInt(this.#heap.constant("off_fp_function"))));
    return called === undefined ? undefined : { caller, called };
  }

  #isFrame(fp: bigint): boolean {
    if (fp < this.#start || fp + 2n * WORD > this.#end || fp % WORD !== 0n) return false;
    const caller = this.#read(fp);
    if (caller <= fp || caller >= this.#end || caller % WORD !== 0n) return false;
    return this.#memory.findRange(this.#read(fp + WORD))?.isExecutable === true;
  }

  #isExit(fp: bigint): boolean {
    if (fp - WORD < this.#start) return false;
    const kind = this.#read(fp - WORD);
    return this.#isKind(kind) && this.#exitKinds.has(Number(kind) / 2) && this.#isFrame(fp);
  }

  /** Kinds are small numbers, shifted by one; contexts are pointers. */
  #isKind(word: bigint): boolean {
    return word > 0n && word < 256n && (word & 1n) === 0n;
  }

  get #exitKinds(): ReadonlySet<number> {
    return (this.#exits ??= new Set(
      EXITS.flatMap((name) => {
        try {
          return [this.#heap.constant(`frametype_${name}Frame`)];
        } catch {
          return [];
        }
      }),
    ));
  }

  #exits: ReadonlySet<number> | undefined;

  /** @throws RangeError outside of the copy */
  #read(address: bigint): bigint {
    return this.#bytes.readBigUInt64LE(Number(address - this.#start));
  }
}

/** How V8 calls the frames by which JavaScript is left, in one version or the other. */
const EXITS = [
  "Exit",
  "BuiltinExit",
  "ApiCallbackExit",
  "ApiAccessorExit",
  "ApiConstructExit",
  "ApiNamedAccessorExit",
  "ApiIndexedAccessorExit",
];
