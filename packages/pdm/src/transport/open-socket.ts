import { statSync } from "node:fs";
import { connect } from "node:net";
import type { NetConnectOpts, Socket } from "node:net";
import { ConnectError, formatConnectSpec } from "./connect-spec.js";
import type { ConnectSpec } from "./connect-spec.js";
import { countExcessBytes, MAX_SOCKET_PATH_BYTES } from "./socket-path.js";

/** What Node's timers can take; more would be over at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Options of {@link openSocket}; without any it waits as long as the system does. */
export interface OpenSocketOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * Connects. The socket comes without any listener: whoever gets it must add one for `error` before the next turn of the
 * event loop.
 *
 * @throws ConnectError (rejects): no connection, or none in time. Also whatever the signal was aborted with. No socket is left open.
 */
export function openSocket(spec: ConnectSpec, { signal, timeoutMs }: OpenSocketOptions = {}): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = connect(planConnection(spec));
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () => {
              const message = `${formatConnectSpec(spec)}: no connection within ${timeoutMs} ms`;
              fail(new ConnectError("ERR_PDM_CONNECT_TIMEOUT", message));
            },
            Math.min(timeoutMs, MAX_TIMER_MS),
          );

    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("connect", onConnect);
    };
    const onConnect = (): void => {
      settle();
      socket.off("error", onError);
      resolve(socket);
    };
    // Stays in place after a failure, for errors of the socket that is being destroyed.
    const onError = (cause: NodeJS.ErrnoException): void => {
      fail(new ConnectError("ERR_PDM_CONNECT", `${formatConnectSpec(spec)}: ${explain(spec, cause)}`, { cause }));
    };
    const onAbort = (): void => fail(signal?.reason);
    const fail = (reason: unknown): void => {
      settle();
      socket.destroy();
      reject(reason);
    };
    socket.on("connect", onConnect);
    socket.on("error", onError);
    signal?.addEventListener("abort", onAbort);
  });
}

function planConnection(spec: ConnectSpec): NetConnectOpts {
  if (spec.kind === "tcp") return { host: spec.host, port: spec.port, noDelay: true };
  if (spec.kind === "pipe") return { path: spec.path };
  if (spec.kind === "ssh") {
    throw specError(
      spec,
      `connecting over ssh is not built in; forward the socket first: ssh -N -L ./remote.sock:${spec.path} ${spec.host}, ` +
        "then connect to ./remote.sock",
    );
  }
  const excess = countExcessBytes(spec.path);
  if (excess === 0) return { path: spec.path };
  throw specError(
    spec,
    `the path is ${excess} bytes too long; a Unix socket's has at most ${MAX_SOCKET_PATH_BYTES}: give a relative one, or a link`,
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

function explain(spec: ConnectSpec, { code = "", message }: NodeJS.ErrnoException): string {
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

function specError(spec: ConnectSpec, reason: string): ConnectError {
  return new ConnectError("ERR_PDM_CONNECT_SPEC", `${formatConnectSpec(spec)}: ${reason}`);
}
