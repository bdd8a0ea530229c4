import { executionAsyncId } from "node:async_hooks";
import vm from "node:vm";
import { isMainThread } from "node:worker_threads";
import { REPL_LIMITS } from "../limits.js";
import { readClockMs } from "../clock.js";
import { COMMITTED, GUARD_WORD, openGuardMemory } from "../guard-memory.js";
import { mayMendAsyncStack, mendAsyncStack } from "./async-stack.js";
import { BOUNDARY_FILE } from "./stack-boundary.js";

/** How one step of a command is guarded. */
export interface GuardOptions {
  /** Milliseconds for which it may block the service. */
  readonly deadlineMs: number;
  /** Whether the thread beside this one may stop it. */
  readonly interruptible: boolean;
  /** Whose step it is; what that thread asks for. */
  readonly workspace: number;
  readonly client: number;
  /** The client's number for it. */
  readonly evaluation: number;
}

/** What became of a step. */
export type Guarded<T> =
  | { readonly ended: "returned"; readonly value: T }
  | { readonly ended: "threw"; readonly error: unknown }
  /** Stopped: its `finally` blocks have not run. */
  | { readonly ended: "interrupt" | "deadline" };

/** Where the scripts below find their step: they have no parameters. */
const PLACE = Symbol.for("pdm.guard.v1");

/** A step while it runs. */
interface Step<T = unknown> {
  readonly number: number;
  readonly words: Int32Array;
  readonly compareExchange: typeof Atomics.compareExchange;
  readonly store: typeof Atomics.store;
  readonly now: () => number;
  readonly signalWaitMs: number;
  /** Calls what is guarded, with its deadline; throws where that is missed. */
  run(): unknown;
  /** Calls it, and keeps what became of it. */
  call(): void;
  isLate: boolean;
  result?: Guarded<T>;
}

/**
 * The scope that a signal can stop. The word is set as its first act and given back as its last, both inside of the scope: done outside, a
 * signal could arrive where the daemon's own handler, or death, awaits it. Where the other thread was quicker the signal is awaited here.
 */
const INTERRUPTIBLE = `(() => {
  const step = globalThis[Symbol.for("pdm.guard.v1")];
  const { number, words, compareExchange, store, now, signalWaitMs } = step;
  store(words, 0, number);
  try { step.run(); } catch { step.isLate = true; }
  if (compareExchange(words, 0, number, 0) !== number) for (const end = now() + signalWaitMs; now() < end;);
})()`;

const LIMITED = `globalThis[Symbol.for("pdm.guard.v1")].call()`;

let interruptible: vm.Script | undefined;
let limited: vm.Script | undefined;
const words = new Int32Array(openGuardMemory());

/**
 * Why nothing that is run here can be stopped, if that is so. Stopping needs the process's one callback for uncaught exceptions, for a moment.
 */
function whyUnguarded(): string | undefined {
  if (mayMendAsyncStack()) return undefined;
  return "the service has set process.setUncaughtExceptionCaptureCallback or uses `domain`, so commands cannot be stopped and have no deadline";
}

/** Why a step cannot be interrupted though it has a deadline, if that is so. */
export function whyUninterruptible(): string | undefined {
  // There the signal ends the process.
  if (process.platform === "win32") return "a loop cannot be interrupted on Windows; its deadline holds";
  return isMainThread ? whyUnguarded() : "a loop in a worker thread cannot be interrupted; its deadline holds";
}

/**
 * Calls `call` in a turn of the event loop of its own, from which it can be stopped. Never rejects.
 *
 * Stopping is V8's termination: it runs no `catch` and no `finally`, Node's own included. So Node's record of what called what may be left
 * wrong; it is mended (see {@link mendAsyncStack}), and what follows goes on from an immediate that was set before, in whose
 * AsyncLocalStorage the stopped code had no part.
 */
export function runGuarded<T>(call: () => T, options: GuardOptions): Promise<Guarded<T>> {
  return new Promise((resolve) => {
    setImmediate(() => {
      if (whyUnguarded() !== undefined) {
        resolve(runPlainly(call));
        return;
      }
      const goOn = setImmediate(() => resolve(guarded));
      const asyncId = executionAsyncId();
      const guarded = runScope(call, options);
      if (guarded.ended === "returned" || guarded.ended === "threw") {
        clearImmediate(goOn);
        resolve(guarded);
      } else if (executionAsyncId() !== asyncId) {
        mendAsyncStack();
      }
    });
  });
}

function runPlainly<T>(call: () => T): Guarded<T> {
  try {
    return { ended: "returned", value: call() };
  } catch (error) {
    return { ended: "threw", error };
  }
}

function runScope<T>(call: () => T, options: GuardOptions): Guarded<T> {
  const step: Step<T> = {
    number: takeNumber(),
    words,
    compareExchange: Atomics.compareExchange,
    store: Atomics.store,
    now: readClockMs,
    signalWaitMs: REPL_LIMITS.signalWaitMs,
    run: () => runLimited(step, options.deadlineMs),
    call: () => {
      step.result = runPlainly(call);
    },
    isLate: false,
  };
  Object.defineProperty(globalThis, PLACE, { value: step, configurable: true });
  try {
    if (options.interruptible && isMainThread && process.platform !== "win32") {
      if (!runInterruptible(options)) return { ended: "interrupt" };
    } else {
      step.run();
    }
  } catch {
    step.isLate = true;
  } finally {
    Reflect.deleteProperty(globalThis, PLACE);
  }
  // The last moment of what had just ended may have been the deadline's.
  return step.result ?? { ended: step.isLate ? "deadline" : "interrupt" };
}

function takeNumber(): number {
  const last = words[GUARD_WORD.last] ?? 0;
  const number = last === 0x7f_ff_ff_ff ? 1 : last + 1;
  words[GUARD_WORD.last] = number;
  return number;
}

function runLimited(step: Step, deadlineMs: number): void {
  if (deadlineMs === Infinity) {
    step.call();
    return;
  }
  limited ??= new vm.Script(LIMITED, { filename: BOUNDARY_FILE });
  limited.runInThisContext({ timeout: Math.max(1, Math.ceil(deadlineMs)) });
}

/** @returns false where it was stopped, be it by somebody else's SIGINT */
function runInterruptible({ workspace, client, evaluation }: GuardOptions): boolean {
  interruptible ??= new vm.Script(INTERRUPTIBLE, { filename: BOUNDARY_FILE });
  words[GUARD_WORD.workspace] = workspace;
  words[GUARD_WORD.client] = client;
  words[GUARD_WORD.evaluation] = evaluation;
  try {
    interruptible.runInThisContext({ breakOnSigint: true });
    return true;
  } catch {
    // Somebody else's signal, such as a Ctrl-C in the service's own terminal: it is sent on, to arrive where it was meant to.
    if (Atomics.load(words, GUARD_WORD.step) !== COMMITTED) setImmediate(() => process.kill(process.pid, "SIGINT"));
    return false;
  } finally {
    Atomics.store(words, GUARD_WORD.step, 0);
  }
}
