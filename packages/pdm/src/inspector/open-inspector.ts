import { spawn } from "node:child_process";
import { connect as connectTcp } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Runtime } from "node:inspector";
import { readClockMs } from "../clock.js";
import { INSPECTOR_LIMITS } from "../limits.js";
import { listNodeOptions } from "../target/command-line.js";
import { findPortOwner, isPortTaken, listListeningPorts } from "../target/listening-ports.js";
import { catchesSignal, readProcessStatus } from "../target/process-status.js";
import type { Target } from "../target/target.js";
import { TargetError } from "../target/target-error.js";
import { InspectorError } from "./inspector-error.js";
import type { InspectorSession } from "./inspector-session.js";
import { inMicrotask } from "./microtask.js";
import { openRemoteSession } from "./remote-session.js";
import type { RemoteSession } from "./remote-session.js";
import { readInspectorJson } from "./web-socket.js";
import type { Connect } from "./web-socket.js";

/** The inspector of a process that we look at. */
export interface OpenedInspector {
  readonly session: InspectorSession;
  readonly port: number;
  /** Whether it was open before: then it is left open. */
  readonly wasOpen: boolean;
  /**
   * Ends the session. An inspector that was opened for us is closed by the process itself as soon as its event loop turns; that is not
   * awaited. A second call does nothing.
   */
  close(): Promise<void>;
  /** Ends the session, and resolves when the connection is gone. An inspector that was opened for us stays open: the caller sees to that. */
  leave(): Promise<void>;
}

/** The port where Node.js has its inspector unless it is told another. */
const DEFAULT_PORT = 9_229;
const SIGUSR1 = 10;

/**
 * What stands against sending the signal that opens the inspector. Nothing is done to the process.
 *
 * @throws TargetError `ERR_PDM_TARGET_STATE` where it is stopped or has ended, `ERR_PDM_TARGET_SIGNAL` where it would end at the signal,
 * `ERR_PDM_TARGET_NETWORK` where its network cannot be reached, `ERR_PDM_TARGET_PORT` where another process has the port
 */
export async function checkInspectorCanOpen(target: Target): Promise<void> {
  const status = readProcessStatus(target.pid);
  const { pid, label } = target;
  if (status.startTicks !== target.status.startTicks)
    throw new TargetError("ERR_PDM_TARGET_GONE", `process ${label} has ended`);
  if (status.state === "T") {
    throw new TargetError(
      "ERR_PDM_TARGET_STATE",
      `process ${label} is stopped; let it run on first: kill -CONT ${pid}`,
    );
  }
  if (status.state === "t") {
    throw new TargetError(
      "ERR_PDM_TARGET_STATE",
      `process ${label} is held by process ${status.tracer}, a tracer such as gdb`,
    );
  }
  if (status.state === "Z") throw new TargetError("ERR_PDM_TARGET_STATE", `process ${label} has ended already`);
  if (!target.sharesNetwork && process.geteuid?.() !== 0) {
    throw new TargetError(
      "ERR_PDM_TARGET_NETWORK",
      `process ${label} is in a container, and its inspector listens on the 127.0.0.1 of that; do it as root, or inside the container`,
    );
  }
  if ((await findOpenPort(target)) !== undefined) return;
  if (!catchesSignal(status, SIGUSR1)) {
    throw new TargetError(
      "ERR_PDM_TARGET_SIGNAL",
      `process ${label} would end at SIGUSR1: it has no handler for it, as with --disable-sigusr1; nothing was sent`,
    );
  }
  const port = findExpectedPort(target);
  if (port !== 0 && isPortTaken(pid, port)) {
    const owner = findPortOwner(pid, port);
    const who = owner === undefined ? "another process" : `process ${owner}`;
    throw new TargetError(
      "ERR_PDM_TARGET_PORT",
      `port ${port}, where the inspector of process ${label} would listen, is taken by ${who}; end that, or wait until it is done`,
    );
  }
}

/** Whether nothing needs to be sent, since the inspector is open. */
export async function isInspectorOpen(target: Target): Promise<boolean> {
  return (await findOpenPort(target)) !== undefined;
}

/**
 * Opens a process's inspector with SIGUSR1, or uses it where it is open. Proves, before anything else is asked, that the port is
 * the process's and that it is the process that answers. To be closed.
 *
 * The signal is sent in here: whoever calls this has consent.
 *
 * @throws TargetError (rejects) as {@link checkInspectorCanOpen} does, then nothing was sent
 * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_TIMEOUT` where no inspector answers within `timeoutMs`: the signal was sent. Either a native
 * call has not returned (it opens when that does), or the program has a handler of its own, which has run
 */
export async function openInspector(target: Target, timeoutMs: number): Promise<OpenedInspector> {
  await checkInspectorCanOpen(target);
  const endMs = readClockMs() + timeoutMs;
  const open = await findOpenPort(target);
  const before = new Set(listListeningPorts(target.pid));
  if (open === undefined) process.kill(target.pid, "SIGUSR1");
  const port = open ?? (await awaitPort(target, before, endMs));
  const session = await openRemoteSession(createConnect(target, port), INSPECTOR_LIMITS.connectMs);
  const wasOpen = open !== undefined || before.has(port);
  try {
    await proveProcess(session, target, INSPECTOR_LIMITS.proofMs);
  } catch (error) {
    const isOther = error instanceof InspectorError && error.code === "ERR_PDM_INSPECTOR_OTHER";
    await closeInspector(session, wasOpen || isOther);
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    session,
    port,
    wasOpen,
    close: () => (closing ??= closeInspector(session, wasOpen)),
    leave() {
      session.close();
      return session.closed;
    },
  };
}

/** Waits until the process itself listens where it did not before. */
async function awaitPort(target: Target, before: ReadonlySet<number>, endMs: number): Promise<number> {
  const expected = findExpectedPort(target);
  for (;;) {
    const isExpected = (port: number): boolean => (expected === 0 ? !before.has(port) : port === expected);
    const port = listListeningPorts(target.pid).find(isExpected);
    if (port !== undefined) return port;
    const { startTicks } = readProcessStatus(target.pid);
    if (startTicks !== target.status.startTicks) {
      throw new TargetError("ERR_PDM_TARGET_GONE", `process ${target.label} has ended`);
    }
    if (readClockMs() >= endMs) {
      // It may have been open, where the program itself has opened it: then the signal does nothing.
      const open = await probePorts(target);
      if (open !== undefined) return open;
      throw new InspectorError(
        "ERR_PDM_INSPECTOR_TIMEOUT",
        `process ${target.label} was sent SIGUSR1, and no inspector has opened: its program has a handler of its own for that signal, which has run, or it is in a native call and the inspector opens when that returns`,
      );
    }
    await wait(INSPECTOR_LIMITS.lookMs);
  }
}

/** The port is the process's, by the kernel's word. This asks who answers. */
async function proveProcess(session: InspectorSession, { label, innerPid }: Target, timeoutMs: number): Promise<void> {
  const answer = await session.post<Runtime.EvaluateReturnType>(
    "Runtime.evaluate",
    { expression: "process.pid", returnByValue: true, silent: true, timeout: INSPECTOR_LIMITS.ownCodeMs },
    timeoutMs,
  );
  const pid: unknown = answer.result.value;
  if (pid === innerPid) return;
  throw new InspectorError(
    "ERR_PDM_INSPECTOR_OTHER",
    `the inspector that answers is that of process ${String(pid)}, not of ${label}; nothing was asked of it`,
  );
}

/**
 * `inspector.close()` waits for its sessions to end: so it is called from a timer, when ours has. See `inMicrotask` for how that is set.
 */
async function closeInspector(session: RemoteSession, wasOpen: boolean): Promise<void> {
  if (!wasOpen) {
    const expression = `${inMicrotask(
      `void setTimeout(() => process.getBuiltinModule("node:inspector").close(), ${INSPECTOR_LIMITS.closeDelayMs})`,
    )}; 0`;
    const params = { expression, silent: true, timeout: INSPECTOR_LIMITS.ownCodeMs };
    // In a native call it takes the order when that returns, also without us.
    await session.post("Runtime.evaluate", params, INSPECTOR_LIMITS.connectMs).catch(() => undefined);
  }
  session.close();
  await session.closed;
}

/** On its command line or in `NODE_OPTIONS`; 0 where Node.js chooses one. */
function findExpectedPort({ command }: Target): number {
  let port = DEFAULT_PORT;
  const options = listNodeOptions(command);
  for (const [index, option] of options.entries()) {
    const [name = "", value = options[index + 1] ?? ""] = option.split("=", 2);
    const isPortOption = name === "--inspect-port" || name === "--debug-port";
    const isInspectOption = /^--inspect(?:-brk|-wait)?$/.test(name) && option.includes("=");
    const digits = /(?:^|:)(\d+)$/.exec(value)?.[1];
    if ((isPortOption || isInspectOption) && digits !== undefined) port = Number(digits);
  }
  return port;
}

async function findOpenPort(target: Target): Promise<number | undefined> {
  const expected = findExpectedPort(target);
  return expected === 0 ? probePorts(target) : listListeningPorts(target.pid).find((port) => port === expected);
}

/** Asks on the ports that the process has: one that an inspector has chosen itself is known by its answer alone. */
async function probePorts(target: Target): Promise<number | undefined> {
  for (const port of listListeningPorts(target.pid)) {
    const answer = await readInspectorJson(
      createConnect(target, port),
      "/json/version",
      INSPECTOR_LIMITS.probeMs,
    ).catch(() => undefined);
    const { Browser: name } = (answer ?? {}) as { readonly Browser?: unknown };
    if (typeof name === "string" && name.startsWith("node.js/")) return port;
  }
  return undefined;
}

/** Within the process's own network, where that is another: by `nsenter`, which root may run. */
function createConnect({ pid, sharesNetwork }: Target, port: number): Connect {
  if (sharesNetwork) return () => connectTcp({ host: "127.0.0.1", port });
  const relay = `const s=require("net").connect(${port},"127.0.0.1");s.on("error",(e)=>{console.error(e.message);process.exit(1)});process.stdin.pipe(s);s.pipe(process.stdout)`;
  return () => {
    const child = spawn("nsenter", [`--net=/proc/${pid}/ns/net`, "--", process.execPath, "-e", relay], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
    child.on("error", (error) => stream.destroy(new Error(`its network is entered with nsenter: ${error.message}`)));
    stream.on("close", () => child.kill());
    return stream;
  };
}
