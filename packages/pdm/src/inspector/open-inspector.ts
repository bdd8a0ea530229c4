import { setTimeout as wait } from "node:timers/promises";
import type { Runtime } from "node:inspector";
import { readClockMs } from "../clock.js";
import { INSPECTOR_LIMITS } from "../limits.js";
import { countClients, findPortOwner, isTaken, listListeners } from "../target/listening-ports.js";
import type { Address } from "../target/listening-ports.js";
import { listNodeOptions } from "../target/command-line.js";
import { catchesSignal, readProcessStatus } from "../target/process-status.js";
import type { Target } from "../target/target.js";
import { TargetError } from "../target/target-error.js";
import {
  createConnect,
  findExpectedAddress,
  findInspector,
  findOpenAddress,
  isLoopback,
  pickExpected,
} from "./inspector-address.js";
import { awaitThat } from "./await-that.js";
import { InspectorError } from "./inspector-error.js";
import type { InspectorSession } from "./inspector-session.js";
import { inMicrotask } from "./microtask.js";
import { openRemoteSession } from "./remote-session.js";
import type { RemoteSession } from "./remote-session.js";

/**
 * What becomes of an inspector: the process closes it as soon as its event loop turns; it was open before, and is left so; or another debugger is connected, with
 * which closing would block the process.
 */
export type InspectorEnd = "closing" | "left-open" | "shared";

/** The inspector of a process that we look at. */
export interface OpenedInspector {
  readonly session: InspectorSession;
  readonly port: number;
  /** Whether it was open before. */
  readonly wasOpen: boolean;
  /** How many debuggers are connected to it now, this one included. */
  countClients(): number;
  /**
   * Ends the session, and has the process close the inspector as soon as its event loop turns; that is not awaited. A second call does nothing.
   *
   * @param isOurs whether it is to be closed; by default where it was opened for us
   */
  close(isOurs?: boolean): Promise<InspectorEnd>;
  /** Whether the process has closed it within that time. */
  awaitClosed(limitMs: number): Promise<boolean>;
  /** Ends the session, and resolves when the connection is gone. An inspector that was opened for us stays open: the caller sees to that. */
  leave(): Promise<void>;
}

export interface OpenInspectorOptions {
  /** Whether the signal may be sent. If not, an inspector that opens meanwhile is used. */
  readonly maySignal: boolean;
  /** Ends the waiting: rejects with its reason. What was opened until then is closed again, where that can be. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What stands against sending the signal that opens the inspector. Nothing is done to the process.
 *
 * @throws TargetError `ERR_PDM_TARGET_STATE` where it is stopped or has ended, `ERR_PDM_TARGET_SIGNAL` where it would end at the signal,
 * `ERR_PDM_TARGET_PERMISSION` where Node's permission model is why,
 * `ERR_PDM_TARGET_NETWORK` where its network cannot be reached, `ERR_PDM_TARGET_ADDRESS` where others than this machine would reach the inspector,
 * `ERR_PDM_TARGET_PORT` where another process has the port
 */
export async function checkInspectorCanOpen(target: Target): Promise<void> {
  checkReachable(target);
  if ((await findOpenAddress(target)) !== undefined) return;
  checkCatchesSignal(target);
  const { pid, label } = target;
  const address = findExpectedAddress(target);
  const where = formatAddress(address);
  if (!isLoopback(address)) {
    throw new TargetError(
      "ERR_PDM_TARGET_ADDRESS",
      `the inspector of process ${label} would listen on ${where}, where others could run code in it; nothing was sent. If that is all right, open it yourself (kill -USR1 ${pid}), and do this again`,
    );
  }
  if (address.port !== 0 && isTaken(pid, address)) {
    const owner = findPortOwner(pid, address.port);
    const who = owner === undefined ? "another process" : `process ${owner}`;
    throw new TargetError(
      "ERR_PDM_TARGET_PORT",
      `port ${address.port}, where the inspector of process ${label} would listen, is taken by ${who}; end that, or wait until it is done`,
    );
  }
}

/** Whether nothing needs to be sent, since the inspector is open. */
export async function isInspectorOpen(target: Target): Promise<boolean> {
  return (await findOpenAddress(target)) !== undefined;
}

/**
 * Opens a process's inspector with SIGUSR1, or uses it where it is open. Proves, before anything else is asked, that the port is
 * the process's and that it is the process that answers. To be closed.
 *
 * The signal is sent in here: whoever calls this with `maySignal` has consent.
 *
 * @throws TargetError (rejects) as {@link checkInspectorCanOpen} does, then nothing was sent
 * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_TIMEOUT` where no inspector answers within `timeoutMs`: the signal was sent. Either a native
 * call has not returned (it opens when that does, and stays open), or the program has a handler of its own, which has run; `ERR_PDM_INSPECTOR_NOT_OPEN` where
 * it may not be sent; `ERR_PDM_INSPECTOR_WAITS` where it waits for a debugger to begin with its program, `ERR_PDM_INSPECTOR_OTHER` where another process answers
 */
export async function openInspector(
  target: Target,
  timeoutMs: number,
  { maySignal, signal }: OpenInspectorOptions,
): Promise<OpenedInspector> {
  const endMs = readClockMs() + timeoutMs;
  if (maySignal) await checkInspectorCanOpen(target);
  else checkReachable(target);
  const open = await findOpenAddress(target);
  const before = listListeners(target.pid);
  signal?.throwIfAborted();
  if (open === undefined && maySignal) {
    // The last look, with nothing between it and the signal.
    checkReachable(target);
    checkCatchesSignal(target);
    process.kill(target.pid, "SIGUSR1");
  }
  const address = open ?? (await awaitAddress(target, before, endMs, { maySignal, signal }));
  const wasOpen = !maySignal || open !== undefined || before.some((one) => isSame(one, address));
  const session = await connectTo(target, address, wasOpen);
  const count = (): number => countClients(target.pid, address.port);
  const finish = (isOurs: boolean): Promise<InspectorEnd> => endSession(session, isOurs, count);
  try {
    signal?.throwIfAborted();
    await proveProcess(session, target, formatAddress(address));
  } catch (error) {
    const isOther = error instanceof InspectorError && error.code === "ERR_PDM_INSPECTOR_OTHER";
    await finish(!wasOpen && !isOther);
    throw error;
  }
  let closing: Promise<InspectorEnd> | undefined;
  return {
    session,
    port: address.port,
    wasOpen,
    countClients: count,
    close: (isOurs = !wasOpen) => (closing ??= finish(isOurs)),
    awaitClosed: (limitMs) =>
      awaitThat(() => !listListeners(target.pid).some(({ port }) => port === address.port), limitMs),
    leave() {
      session.close();
      return session.closed;
    },
  };
}

/** @throws TargetError where it is not what it was, stands still, or is in a network that we do not reach */
function checkReachable(target: Target): void {
  const { pid, label } = target;
  const status = readProcessStatus(pid);
  if (status.startTicks !== target.status.startTicks) throw refuseGone(target);
  if (status.state === "T") throw refuseState(`process ${label} is stopped; let it run on first: kill -CONT ${pid}`);
  if (status.state === "t") {
    throw refuseState(`process ${label} is held by process ${status.tracer}, a tracer such as gdb`);
  }
  if (status.state === "Z") throw refuseState(`process ${label} has ended already`);
  if (target.sharesNetwork || process.geteuid?.() === 0) return;
  throw new TargetError(
    "ERR_PDM_TARGET_NETWORK",
    `process ${label} is in a container, and its inspector listens on the 127.0.0.1 of that; do it as root, or inside the container`,
  );
}

function refuseState(message: string): TargetError {
  return new TargetError("ERR_PDM_TARGET_STATE", message);
}

function checkCatchesSignal({ pid, label, command }: Target): void {
  if (catchesSignal(readProcessStatus(pid), "SIGUSR1")) return;
  if (listNodeOptions(command).some((option) => /^--(?:experimental-)?permission$/.test(option))) {
    throw new TargetError(
      "ERR_PDM_TARGET_PERMISSION",
      `process ${label} runs under Node's permission model, which forbids its inspector, and would end at SIGUSR1; nothing was sent. Start it with --allow-inspector (Node.js 24), or prepare it: --import pdm/register`,
    );
  }
  throw new TargetError(
    "ERR_PDM_TARGET_SIGNAL",
    `process ${label} would end at SIGUSR1: it has no handler for it, as with --disable-sigusr1; nothing was sent`,
  );
}

function refuseGone({ label }: Target): TargetError {
  return new TargetError("ERR_PDM_TARGET_GONE", `process ${label} has ended`);
}

/** Waits until the process itself listens where it did not before. */
async function awaitAddress(
  target: Target,
  before: readonly Address[],
  endMs: number,
  { maySignal, signal }: OpenInspectorOptions,
): Promise<Address> {
  const expected = findExpectedAddress(target);
  let lastMs = endMs;
  for (;;) {
    const listeners = listListeners(target.pid);
    const found = pickExpected(listeners, expected);
    if (found !== undefined) return found;
    // Its title may have taken the place of its arguments, so that the port is not known; and some have Node.js choose one.
    const fresh = await findInspector(
      target,
      listeners.filter((address) => !before.some((one) => isSame(one, address))),
    );
    if (fresh !== undefined) return fresh;
    if (readProcessStatus(target.pid).startTicks !== target.status.startTicks) throw refuseGone(target);
    // What the signal has begun is awaited for a moment, so that it can be undone.
    if (signal?.aborted === true) lastMs = Math.min(lastMs, readClockMs() + (maySignal ? INSPECTOR_LIMITS.graceMs : 0));
    if (readClockMs() >= lastMs) {
      // It may have been open, where the program itself has opened it: then the signal does nothing.
      const open = await findInspector(target, listeners);
      if (open !== undefined) return open;
      throw refuseSilent(target, maySignal);
    }
    await wait(INSPECTOR_LIMITS.lookMs);
  }
}

function refuseSilent({ pid, label }: Target, maySignal: boolean): InspectorError {
  if (!maySignal)
    return new InspectorError("ERR_PDM_INSPECTOR_NOT_OPEN", `the inspector of process ${label} is not open`);
  return new InspectorError(
    "ERR_PDM_INSPECTOR_TIMEOUT",
    `process ${label} was sent SIGUSR1, and no inspector has opened: its program has a handler of its own for that signal, which has run, or it is in a native call. Then the inspector opens when that returns, and stays open: pdm-rescue ${pid} --close-inspector --wait 3600 waits for that, and closes it`,
  );
}

/** @throws InspectorError (rejects) saying that an inspector which was opened for us may be open */
async function connectTo(target: Target, address: Address, wasOpen: boolean): Promise<RemoteSession> {
  const connect = createConnect(target, address);
  const open = (): Promise<RemoteSession> => openRemoteSession(connect, INSPECTOR_LIMITS.connectMs);
  try {
    // It may be about to close, at the end of somebody else's session, or the machine be slow.
    return await open().catch(open);
  } catch (cause) {
    if (wasOpen || !(cause instanceof InspectorError)) throw cause;
    throw new InspectorError(
      cause.code,
      `${cause.message}; it was opened for this, and may be open still: pdm-rescue ${target.pid} --close-inspector`,
      { cause },
    );
  }
}

/** The port is the process's, by the kernel's word. This asks who answers. */
async function proveProcess(session: InspectorSession, target: Target, where: string): Promise<void> {
  const { label, innerPid } = target;
  const answer = await session.post<Runtime.EvaluateReturnType>(
    "Runtime.evaluate",
    { expression: "process.pid", returnByValue: true, silent: true, timeout: INSPECTOR_LIMITS.ownCodeMs },
    INSPECTOR_LIMITS.proofMs,
  );
  const pid: unknown = answer.result?.value;
  if (pid === innerPid) return;
  if (
    pid === undefined &&
    listNodeOptions(target.command).some((option) => /^--inspect-(?:brk|wait)(?:=|$)/.test(option))
  ) {
    throw new InspectorError(
      "ERR_PDM_INSPECTOR_WAITS",
      `process ${label} waits for a debugger to begin with its program, as --inspect-brk and --inspect-wait have it: node inspect ${where} is one`,
    );
  }
  throw new InspectorError(
    "ERR_PDM_INSPECTOR_OTHER",
    `the inspector that answers is that of process ${String(pid).slice(0, 20)}, not of ${label}; nothing was asked of it`,
  );
}

/** Node.js before 20.16 lacks the first way. Whatever the program has made of it, an error in a timer would end it. */
const CLOSE = `try {
  const { close } = process.getBuiltinModule?.("node:inspector") ?? { close: process._debugEnd };
  close();
} catch {}`;

/**
 * `inspector.close()` waits for all sessions to end: so it is called from a timer, when ours has, and not at all where others are connected. See `inMicrotask` for how that
 * is set.
 */
async function endSession(session: RemoteSession, isOurs: boolean, count: () => number): Promise<InspectorEnd> {
  const end = !isOurs ? "left-open" : count() > 1 ? "shared" : "closing";
  if (end === "closing") {
    const expression = `${inMicrotask(`void setTimeout(() => { ${CLOSE} }, ${INSPECTOR_LIMITS.closeDelayMs})`)}; 0`;
    const params = { expression, silent: true, timeout: INSPECTOR_LIMITS.ownCodeMs };
    // In a native call it takes the order when that returns, also without us.
    await session.post("Runtime.evaluate", params, INSPECTOR_LIMITS.connectMs).catch(() => undefined);
  }
  session.close();
  await session.closed;
  return end;
}

function isSame(one: Address, other: Address): boolean {
  return one.host === other.host && one.port === other.port;
}

function formatAddress({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
