import { statSync } from "node:fs";
import { connect } from "node:net";
import type { NetConnectOpts, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ConnectError, formatConnectSpec } from "./connect-spec.js";
import type { ConnectSpec } from "./connect-spec.js";
import { findDisabledProcess } from "./disabled-mark.js";
import type { Opening } from "./opening.js";
import { countExcessBytes, MAX_SOCKET_PATH_BYTES } from "./socket-path.js";
import { SshOpening } from "./ssh-opening.js";

type DirectSpec = Exclude<ConnectSpec, { kind: "ssh" }>;

/** What Node's timers can take; more would be over at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Options of {@link openSocket}; without any it waits as long as the system does. */
export interface OpenSocketOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * Connects. The socket comes without a listener for `error`: whoever gets it must add one before the next turn of the event
 * loop. It is a net.Socket, but for the helper program over ssh.
 *
 * @throws ConnectError (rejects): no connection, or none in time. Also whatever the signal was aborted with. No socket is left
 * open, and an ssh that was started is ending.
 */
export function openSocket(spec: ConnectSpec, { signal, timeoutMs }: OpenSocketOptions = {}): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const opening = beginOpening(spec);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const giveUp = (reason: unknown): void => {
      settle();
      reject(reason);
      opening.abandon();
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const onTimeout = (): void => {
      const waited = opening.progress === "" ? "" : `: ${opening.progress}`;
      const message = `${formatConnectSpec(spec)}: no connection within ${timeoutMs} ms${waited}`;
      giveUp(new ConnectError("ERR_PDM_CONNECT_TIMEOUT", message));
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, Math.min(timeoutMs, MAX_TIMER_MS));
    signal?.addEventListener("abort", onAbort);
    // After `giveUp` both do nothing.
    opening.socket.then(
      (socket) => {
        settle();
        resolve(socket);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

function beginOpening(spec: ConnectSpec): Opening {
  if (spec.kind !== "ssh") return openDirectly(spec);
  checkPathLength(spec);
  return new SshOpening(spec);
}

/** On this machine, or over TCP. */
function openDirectly(spec: DirectSpec): Opening {
  const socket = connect(planConnection(spec));
  const opened = new Promise<Socket>((resolve, reject) => {
    const onConnect = (): void => {
      socket.off("connect", onConnect);
      socket.off("error", onError);
      resolve(socket);
    };
    // Stays in place after a failure, for errors of the socket that is being destroyed.
    const onError = (cause: NodeJS.ErrnoException): void => {
      socket.destroy();
      reject(createError(spec, cause));
    };
    socket.on("connect", onConnect);
    socket.on("error", onError);
  });
  return { socket: opened, progress: "", abandon: () => socket.destroy() };
}

function planConnection(spec: DirectSpec): NetConnectOpts {
  if (spec.kind === "tcp") return { host: spec.host, port: spec.port, noDelay: true };
  if (spec.kind === "unix") checkPathLength(spec);
  return { path: spec.path };
}

function checkPathLength(spec: Extract<ConnectSpec, { kind: "unix" | "ssh" }>): void {
  const excess = countExcessBytes(spec.path);
  if (excess === 0) return;
  const advice = spec.kind === "unix" ? "give a relative one, or a link" : "make a link to it there";
  throw new ConnectError(
    "ERR_PDM_CONNECT_SPEC",
    `${formatConnectSpec(spec)}: the path is ${excess} bytes too long; ` +
      `a Unix socket's has at most ${MAX_SOCKET_PATH_BYTES}: ${advice}`,
  );
}

/** Why there is no connection, in words; what is not here, the system says. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file: is the service running?",
  ENOTDIR: "no such file: a part of the path is not a folder",
  EACCES: "permission denied: connect as the user that runs the service, or as root",
  EPERM: "permission denied by the system",
  EAGAIN: "too many connections wait to be accepted: the service is stuck or very busy",
  EPROTOTYPE: "a socket of another type, not a stream",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no name server answers for the host",
};

/** The end of a spec for listening: `PATH:MODE` or `PATH:MODE:GROUP`. */
const MODE_AT_END = /^(.*[^/]):0?[0-7]{3}(?::[^/:]+)?$/s;

function createError(spec: DirectSpec, cause: NodeJS.ErrnoException): ConnectError {
  const isAbsent = cause.code === "ENOENT" || cause.code === "ECONNREFUSED";
  const disabled = isAbsent && spec.kind === "unix" ? findDisabledProcess(spec.path) : undefined;
  const [code, reason] =
    disabled === undefined
      ? ["ERR_PDM_CONNECT", explain(spec, cause)]
      : ["ERR_PDM_CONNECT_DISABLED", `management of this process is disabled (PDM_DISABLE=1): process ${disabled}`];
  return new ConnectError(code, `${formatConnectSpec(spec)}: ${reason}`, { cause });
}

function explain(spec: DirectSpec, { code = "", message }: NodeJS.ErrnoException): string {
  const withoutMode = spec.kind === "unix" && code === "ENOENT" ? MODE_AT_END.exec(spec.path)?.[1] : undefined;
  if (withoutMode !== undefined) return `no such file: MODE and GROUP belong to listen(); connect to ${withoutMode}`;
  if (code !== "ECONNREFUSED") return REASONS[code] ?? (message || code);
  if (spec.kind !== "unix") return "connection refused: nothing listens there; is the service running?";
  if (isSocket(spec.path)) return "connection refused: nothing listens there any more (a dead socket)";
  return "not a socket, but another kind of file";
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return true; // it is gone or out of sight by now; the system's word stands
  }
}
