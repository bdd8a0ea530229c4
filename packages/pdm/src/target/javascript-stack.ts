import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { ElfFile } from "./elf-file.js";
import { findNodeProgram } from "./node-proof.js";
import { ProcessMemory } from "./process-memory.js";
import { readProcessStatus } from "./process-status.js";
import { V8Heap } from "./v8-heap.js";
import type { HeapFunction } from "./v8-heap.js";

/** The calls of JavaScript that a process's main thread is in, read from outside. */
export interface JavaScriptStack {
  /** The innermost first; empty where there is none, or none was found. */
  readonly functions: readonly HeapFunction[];
  /** Why there is none, where we may not look, or cannot. */
  readonly missing?: string;
}

/** Bytes of a stack that are looked through: the system's own limit. */
const MAX_STACK_BYTES = 8_388_608n;
const MAX_FRAMES = 500;
const WORD = 8n;

/** Until a process that was stopped has come to rest. */
const REST_LOOKS = 100;
const REST_MS = 2;

/**
 * Reads the stack of a process that does not answer, as it sits in a native call: out of its memory, by what V8 tells debuggers of its layout
 * (`v8dbg_*`; V8's `src/execution/frames.h` says how a frame looks). It needs nothing of the process.
 *
 * A process that computes is stopped by SIGSTOP for some milliseconds, and let run on: only so the kernel tells where its stack is. One that
 * waits is not touched.
 *
 * @param mayStop whether a process that computes may be stopped; if not, nothing is told of it
 */
export async function readJavaScriptStack(pid: number, mayStop: boolean): Promise<JavaScriptStack> {
  try {
    return await withRegisters(pid, mayStop, (registers) => read(pid, registers));
  } catch (error) {
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

/** Where a thread is, in the kernel's words. */
interface Registers {
  readonly stackPointer: bigint;
  readonly programCounter: bigint;
  /** The system call in which it waits; -1 for none. */
  readonly systemCall: number;
}

async function withRegisters<Result>(
  pid: number,
  mayStop: boolean,
  use: (registers: Registers) => Result,
): Promise<Result> {
  const waiting = readRegisters(pid);
  if (waiting !== undefined) return use(waiting);
  if (!mayStop) throw new RangeError("it runs");
  process.kill(pid, "SIGSTOP");
  try {
    for (let look = 0; look < REST_LOOKS; look += 1) {
      const registers = readProcessStatus(pid).state === "T" ? readRegisters(pid) : undefined;
      if (registers !== undefined) return use(registers);
      await wait(REST_MS);
    }
    throw new RangeError("it does not come to rest");
  } finally {
    process.kill(pid, "SIGCONT");
  }
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

function read(pid: number, { stackPointer, programCounter, systemCall }: Registers): JavaScriptStack {
  const program = findNodeProgram(pid);
  using file = program === undefined ? undefined : ElfFile.open(program);
  const constants = file?.readNumbers("v8dbg_");
  if (file === undefined || constants === undefined || constants.size === 0) {
    return { functions: [], missing: "this Node.js does not tell its layout" };
  }
  using memory = new ProcessMemory(pid);
  const range = memory.findRange(stackPointer);
  if (range === undefined) throw new RangeError("no stack");
  // Code that V8 has compiled: JavaScript itself runs, and no native call.
  const code = memory.findRange(programCounter);
  if (code?.isExecutable === true && code.name === "") return { functions: [] };
  const end = range.end - stackPointer > MAX_STACK_BYTES ? stackPointer + MAX_STACK_BYTES : range.end;
  const stack = new StackMemory(memory, new V8Heap(memory, constants), stackPointer & ~7n, end);
  // An event loop that polls has a large buffer on the stack, in which lie the remains of calls that have returned.
  const from = POLLS.has(systemCall) ? stack.findReturn(locateCode(file, memory, "uv_run")) : undefined;
  return { functions: stack.findFunctions(from) };
}

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

  constructor(memory: ProcessMemory, heap: V8Heap, start: bigint, end: bigint) {
    this.#memory = memory;
    this.#heap = heap;
    this.#start = start;
    this.#end = end;
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
      if (functions.length > 0) return functions;
    }
    return [];
  }

  #walk(exit: bigint): HeapFunction[] {
    const functions: HeapFunction[] = [];
    let fp = exit;
    for (let count = 0; count < MAX_FRAMES; count += 1) {
      const frame = this.#readFrame(fp);
      if (frame === undefined) break;
      if (frame.called !== undefined) functions.push(frame.called);
      fp = frame.caller;
    }
    return functions;
  }

  #readFrame(fp: bigint): Frame | undefined {
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

  #read(address: bigint): bigint {
    return this.#memory.readWord(address);
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
