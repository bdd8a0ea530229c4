import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { chooseDefaultSpec } from "./default-path.js";
import { formatHostPort } from "./host-port.js";
import type { HostPort } from "./host-port.js";
import { listenOnInheritedFd } from "./inherited-fd.js";
import { formatListenAddress } from "./listen-address.js";
import type { ListenAddress } from "./listen-address.js";
import { ListenError } from "./listen-spec.js";
import type { ListenSpec } from "./listen-spec.js";
import { listLoopbackAddresses } from "./loopback.js";
import { startListening } from "./server-start.js";
import { listenOnUnixSocket } from "./unix-socket.js";

/** Accepts connections until it is closed. */
export interface TransportListener {
  /** What a client passes to `connect()`: an absolute path, or `HOST:PORT` with the port that was chosen, IPv6 in brackets. */
  readonly spec: string;
  readonly address: ListenAddress;
  /** Stops accepting, at once, and removes the socket file if it is still ours. Connections stay; a second call does nothing. */
  close(): void;
}

/** Options of {@link openListener}. */
export interface ListenerOptions {
  /** Gets each connection: half-open allowed, not keeping the process alive. If it throws, the connection is destroyed. */
  readonly onSocket: (socket: Socket) => void;
  /** Gets what goes wrong later: a connection that could not be accepted, what `onSocket` threw. Listening goes on. */
  readonly onError: (error: Error) => void;
  /** The service's name, for the default path. */
  readonly name?: string;
}

/** Bytes that a connection reads ahead while what it brought is not taken. */
const READ_AHEAD_BYTES = 16_384;

/**
 * Listens, on the default path when no spec is given, without keeping the process alive. In a cluster's worker the worker
 * itself listens. The socket file is removed by `close()` and at this thread's `exit`, if it is still ours.
 *
 * @throws ListenError (rejects); nothing is left behind
 */
export async function openListener(spec: ListenSpec | undefined, options: ListenerOptions): Promise<TransportListener> {
  const wanted = spec ?? chooseDefaultSpec(options.name);
  const server = createServer({ allowHalfOpen: true, highWaterMark: READ_AHEAD_BYTES, noDelay: true });
  server.unref();
  let listening = false;
  server.on("connection", (socket) => deliver(socket, options));
  // There from the start, so that no error can crash the process; those of starting are thrown below.
  server.on("error", (error) => {
    if (listening) options.onError(error);
  });
  const { address, release } = await startOn(server, wanted);
  listening = true;
  return {
    spec: formatListenAddress(address),
    address,
    close() {
      release?.();
      server.close();
    },
  };
}

function deliver(socket: Socket, options: ListenerOptions): void {
  socket.unref();
  try {
    options.onSocket(socket);
  } catch (error) {
    socket.on("error", () => undefined);
    socket.destroy();
    options.onError(error instanceof Error ? error : new Error(String(error)));
  }
}

interface Started {
  readonly address: ListenAddress;
  /** Gives the address back, where closing the server does not; to be called before that. */
  readonly release?: () => void;
}

async function startOn(server: Server, spec: ListenSpec): Promise<Started> {
  if (spec.kind === "unix") {
    const { path, release } = await listenOnUnixSocket(server, spec);
    return { address: { kind: "unix", path }, release };
  }
  if (spec.kind === "fd") return { address: await listenOnInheritedFd(server, spec.fd) };
  if (spec.kind === "tcp") return { address: await listenOnLoopback(server, spec) };
  try {
    await startListening(server, { path: spec.path });
  } catch (cause) {
    throw explain(spec.path, cause as NodeJS.ErrnoException);
  }
  return { address: spec };
}

/** Listens on the first of the host's addresses that this machine has. */
async function listenOnLoopback(server: Server, spec: HostPort): Promise<ListenAddress> {
  const hosts = listLoopbackAddresses(spec);
  for (const host of hosts) {
    try {
      await startListening(server, { host, port: spec.port });
      break;
    } catch (error) {
      const cause = error as NodeJS.ErrnoException;
      const absent = cause.code === "EADDRNOTAVAIL" || cause.code === "EAFNOSUPPORT";
      if (!absent || host === hosts.at(-1)) throw explain(formatHostPort(spec), cause);
    }
  }
  const { address, port } = server.address() as AddressInfo;
  return { kind: "tcp", host: address, port };
}

function explain(address: string, cause: NodeJS.ErrnoException): ListenError {
  if (cause.code === "EADDRINUSE") {
    const message = `${address} is in use; stop who listens there, or give another address`;
    return new ListenError("ERR_PDM_LISTEN_IN_USE", message, { cause });
  }
  const message = `${address} cannot be listened on (${cause.message}); give another address`;
  return new ListenError("ERR_PDM_LISTEN", message, { cause });
}
