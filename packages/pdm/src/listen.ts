import type { Socket } from "node:net";
import { isMainThread } from "node:worker_threads";
import { AuditFile } from "./audit-file.js";
import { isDisabled } from "./disabled.js";
import { encodeRefusal, Hello } from "./hello/hello.js";
import { BUILD_CHARACTERS, resolveLimits } from "./limits.js";
import type { Limits } from "./limits.js";
import { checkOptionNames } from "./option-names.js";
import { leaseWatchdog } from "./out-of-band/host.js";
import type { WatchdogLease } from "./out-of-band/host.js";
import type { News } from "./out-of-band/messages.js";
import { resolveWatchdog } from "./out-of-band/watchdog-settings.js";
import type { WatchdogOptions, WatchdogSettings } from "./out-of-band/watchdog-settings.js";
import { PERF } from "./perf/conversation.js";
import { REPL } from "./repl/conversation.js";
import { RPC } from "./rpc/conversation.js";
import { Connection } from "./session/connection.js";
import { publishRecord } from "./session/audit.js";
import { createGrant } from "./session/grant.js";
import type { Grant } from "./session/grant.js";
import { PROCESS_LEDGER } from "./session/ledger.js";
import { exposeSessionObjects } from "./session/session-objects.js";
import type { Conversation } from "./session/sub-protocol.js";
import type { Policy } from "./session/policy.js";
import { decideWatchdogAccess } from "./session/watchdog-access.js";
import { openWatchdogEvents } from "./session/watchdog-object.js";
import type { Right, Role } from "./session/principal.js";
import { offerThread } from "./threads/thread-offer.js";
import type { PortStream } from "./threads/port-stream.js";
import type { ThreadClient } from "./threads/thread-message.js";
import { markDisabled } from "./transport/disabled-mark.js";
import { ListenError, parseListenSpec } from "./transport/listen-spec.js";
import { openListener } from "./transport/listener.js";
import { addOpenListener } from "./transport/open-listeners.js";
import { describeThrown, warn } from "./warning.js";

// A worker thread is reached through the main thread's socket.
if (!isMainThread && !isDisabled()) offerThread(beginInThread);

/** Options of {@link listen}. */
export interface ListenOptions {
  /** The service's name, for the default socket: `NAME-PID.sock`. By default npm's name of the package, else the main script's. */
  readonly name?: string;
  /** Limits to replace; see {@link Limits} for units, defaults and what happens over them. */
  readonly limits?: Partial<Limits>;
  /**
   * What clients of this socket are: `viewer` (reads), `operator` (reads and changes) or `admin` (everything). Who names none gives
   * them everything, the rights too.
   */
  readonly role?: Role;
  /** What they may do besides: `repl`, `inspect`. None where a role is given and no rights. */
  readonly rights?: readonly Right[];
  /** Who may do what to which objects, by their names; else the role decides. See `docs/access.md`. */
  readonly policy?: Policy;
  /** What the service calls this version of itself, such as a commit; clients are told. */
  readonly build?: string;
  /** A file to which an audit record of everything that happens over this socket is appended, one JSON text a line. It is made with mode 0600 where there is none. */
  readonly auditFile?: string;
  /**
   * Whether a thread of its own watches that the event loop turns, which says what blocks it, on a socket beside this one, and does what the rules say
   * meanwhile. See `docs/watchdog.md`. One that cannot be had is a process warning.
   */
  readonly watchdog?: boolean | WatchdogOptions;
}

/** A socket on which the service can be managed. */
export interface Listener extends AsyncDisposable {
  /** What a client passes to `connect` or `pdm-repl`: the path, or `HOST:PORT` with the port that was chosen. Empty where `PDM_DISABLE` is set. */
  readonly spec: string;
  /** Where the watchdog is asked, also by `connectWatchdog` of this listener's own spec where that is a path; undefined where there is none. */
  readonly watchdogSpec: string | undefined;
  /** How many connections are open. */
  readonly connectionCount: number;
  /**
   * Stops listening, removes the socket file if it is still ours, and ends the connections, which get `closeGraceMs` to
   * read what is on its way. Resolves when all are closed. A second call waits for the first.
   */
  close(): Promise<void>;
}

/**
 * Makes this process manageable: whoever may connect can do what the role, the rights and the policy of this socket allow. Where none
 * is named, that is everything: to use its objects, and to run code in it.
 *
 * Neither the listener nor its connections keep the process alive; the socket file is removed when the process exits.
 *
 * With `PDM_DISABLE=1` in the environment nothing is opened or checked: the listener's spec is empty. Clients that look for the
 * socket are told so by a file beside it, `PATH.disabled`.
 *
 * @param spec `PATH[:MODE[:GROUP]]` (octal, default 0600), `ADDRESS:PORT` (loopback only), `fd:N` (a listening socket that was
 * inherited, as from systemd), a Windows pipe's path; without it a socket named after service and process in
 * `$XDG_RUNTIME_DIR/pdm`, `/run/pdm` (root), or a private folder under the temporary directory
 * @throws ListenError (rejects) when it cannot listen there, saying why and what to do; nothing is left behind, and a
 * promise that nobody looks at does not end the process: the failure is a process warning too
 * @throws ListenError `ERR_PDM_LISTEN_AUDIT` (rejects) where the audit file cannot be opened
 * @throws PdmError `ERR_PDM_LIMIT` (rejects) for a limit that is none, `ERR_PDM_POLICY` for a role, right or policy that is none,
 * `ERR_PDM_WATCHDOG` for a watchdog that is none
 */
export function listen(spec?: string, options: ListenOptions = {}): Promise<Listener> {
  const opening = listenQuietly(spec, options);
  opening.catch((error: unknown) => warn("PDM_LISTEN_FAILED", "this process cannot be managed", error));
  return opening;
}

/** As {@link listen}, but for the process warning: a failure is the caller's to tell. */
export function listenQuietly(spec?: string, options: ListenOptions = {}): Promise<Listener> {
  return isDisabled() ? Promise.resolve(standAside(spec, options.name)) : open(spec, options);
}

function standAside(spec: string | undefined, name: string | undefined): Listener {
  const removeMark = markDisabled(spec, name);
  const close = async (): Promise<void> => removeMark();
  return { spec: "", watchdogSpec: undefined, connectionCount: 0, close, [Symbol.asyncDispose]: close };
}

const OPTION_NAMES = [
  "name",
  "limits",
  "role",
  "rights",
  "policy",
  "build",
  "auditFile",
  "watchdog",
] as const satisfies readonly (keyof ListenOptions)[];

async function open(spec: string | undefined, options: ListenOptions): Promise<Listener> {
  if (spec !== undefined && typeof spec !== "string") {
    throw new ListenError(
      "ERR_PDM_LISTEN_SPEC",
      `a spec is a string, not ${typeof spec}; leave it out for the default socket`,
    );
  }
  checkOptionNames("listen", options, OPTION_NAMES);
  const limits = resolveLimits(options.limits);
  const { build } = options;
  if (build !== undefined && (typeof build !== "string" || build.length > BUILD_CHARACTERS)) {
    throw new ListenError("ERR_PDM_LISTEN_BUILD", `build is a text of at most ${BUILD_CHARACTERS} characters`);
  }
  // All of it is checked before anything is opened.
  createGrant(options);
  const watchdog = resolveWatchdog(options.watchdog);
  const wanted = spec === undefined ? undefined : parseListenSpec(spec);
  const auditFile = options.auditFile === undefined ? undefined : openAuditFile(options.auditFile);
  const grant = createGrant(options, auditFile, build);
  let socketSpec = spec ?? "";
  exposeSessionObjects();
  const connections = new Set<Connection>();
  let onIdle: (() => void) | undefined;

  const accept = (socket: Socket): void => {
    if (connections.size >= limits.connections) makeRoom(connections);
    if (connections.size >= limits.connections) {
      refuse(socket, `there are ${limits.connections} connections already (connections)`);
      return;
    }
    const connection = new Connection(
      socket,
      limits,
      PROCESS_LEDGER,
      { grant, socket: socketSpec },
      (begun) => new Hello(begun, [REPL, PERF, RPC]),
      () => {
        connections.delete(connection);
        if (connections.size === 0) onIdle?.();
      },
    );
    connections.add(connection);
  };

  const transport = await openListener(wanted, {
    onSocket: accept,
    onError: (error) => warn("PDM_LISTENER_ERROR", "a management connection was not accepted", error),
    ...(options.name === undefined ? {} : { name: options.name }),
  }).catch((error: unknown) => {
    auditFile?.close();
    throw error;
  });

  socketSpec = transport.spec;
  const watching = watchdog === undefined ? undefined : await watch(watchdog, grant, socketSpec);
  const forgetListener = addOpenListener(socketSpec);

  let closing: Promise<void> | undefined;
  const endConnections = async (): Promise<void> => {
    if (connections.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      onIdle = resolve;
    });
    for (const connection of connections) {
      // Whoever waits for this promise must not see the process end before it; it takes closeGraceMs at the most.
      connection.ref();
      connection.close();
    }
    await idle;
  };
  const close = async (): Promise<void> => {
    forgetListener();
    transport.close();
    watching?.release();
    await endConnections();
    auditFile?.close();
  };
  const closeOnce = (): Promise<void> => (closing ??= close());
  return {
    spec: transport.spec,
    watchdogSpec: watching?.spec,
    get connectionCount() {
      return connections.size;
    },
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

/** A service without one is better than none: why there is none is a process warning. */
async function watch(settings: WatchdogSettings, grant: Grant, spec: string): Promise<WatchdogLease | undefined> {
  const { role, auditFile } = grant;
  const access = decideWatchdogAccess(grant, spec);
  const events = openWatchdogEvents();
  const onNews = (news: News): void => {
    if (news.kind === "blocked") events.notify(news.report);
    else if (news.kind === "record") publishRecord(Object.freeze(news.record));
    else warn("PDM_AUDIT_INCOMPLETE", `${news.records} audit records of the watchdog are in the audit file alone`);
  };
  try {
    return await leaseWatchdog(
      { ...settings, spec, role, access, auditPath: auditFile?.path },
      { onNews, onFailure: (error) => warn("PDM_WATCHDOG", `there is no watchdog any more at ${spec}`, error) },
    );
  } catch (error) {
    warn("PDM_WATCHDOG", `there is no watchdog at ${spec}`, error);
    return undefined;
  }
}

/** A client that has entered this thread, with the rights that it has in the main thread. @throws ListenError where its records cannot be written */
function beginInThread(stream: PortStream, client: ThreadClient): void {
  exposeSessionObjects();
  const { role, rights, socket, policy, build, auditPath, limits, claimed } = client;
  const auditFile = auditPath === undefined ? undefined : openAuditFile(auditPath);
  const grant = createGrant(
    // What decides in the main thread cannot be asked from here: then no object is seen. The REPL is a right of its own.
    { role, rights, policy: policy === "function" ? () => false : policy },
    auditFile,
    build,
  );
  const begin = (connection: Connection): Conversation => {
    const { session } = connection;
    if (claimed !== undefined) session.claim(claimed);
    session.protocol = RPC.name;
    return RPC.start(connection);
  };
  void new Connection(stream, limits, PROCESS_LEDGER, { grant, socket }, begin, () => auditFile?.close());
}

/** @throws ListenError naming the path, and why it cannot be opened */
function openAuditFile(path: unknown): AuditFile {
  try {
    if (typeof path !== "string" || path === "") throw new TypeError("auditFile is a path");
    return new AuditFile(path);
  } catch (cause) {
    const message = `the audit file cannot be opened for writing (${describeThrown(cause)}); give another, or none`;
    throw new ListenError("ERR_PDM_LISTEN_AUDIT", message, { cause });
  }
}

/** Ends a connection whose client has ended its side, and may be gone, if there is one. */
function makeRoom(connections: Set<Connection>): void {
  for (const connection of connections) {
    if (!connection.isPeerEnded) continue;
    connections.delete(connection);
    connection.abort();
    return;
  }
}

/** Tells a client that there is no room for it; the few bytes fit into any fresh socket, so nothing of it is kept. */
function refuse(socket: Socket, reason: string): void {
  socket.on("error", () => undefined);
  socket.end(encodeRefusal(reason), () => socket.destroy());
}
