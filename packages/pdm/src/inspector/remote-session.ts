import type { InspectorSession } from "./inspector-session.js";
import { MessageSession, parseMessage } from "./message-session.js";
import { InspectorError } from "./inspector-error.js";
import { readInspectorJson, WebSocket } from "./web-socket.js";
import type { Connect } from "./web-socket.js";

/** One over a connection. */
export interface RemoteSession extends InspectorSession {
  /** Resolves when the connection is gone: a while after `close`. */
  readonly closed: Promise<void>;
}

/**
 * A session with the main thread of the process whose inspector is there.
 *
 * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_UNREACHABLE` where no inspector of Node.js's answers there within `timeoutMs`
 */
export async function openRemoteSession(connect: Connect, timeoutMs: number): Promise<RemoteSession> {
  const path = findPath(await readInspectorJson(connect, "/json/list", timeoutMs));
  if (path === undefined) {
    throw new InspectorError("ERR_PDM_INSPECTOR_UNREACHABLE", "what answers there is no inspector of Node.js's");
  }
  const session: MessageSession = new MessageSession(
    (request) => socket.send(JSON.stringify(request)),
    () => socket.close(),
  );
  const socket = await WebSocket.open(
    connect,
    path,
    timeoutMs,
    (text) => session.receive(parseMessage(text)),
    (reason) => session.end(reason),
  );
  return Object.assign(session, { closed: socket.closed });
}

/** The list has one entry, whose address names this host as it was asked for. */
function findPath(list: unknown): string | undefined {
  const [first] = Array.isArray(list) ? (list as readonly unknown[]) : [];
  const url = (first as { webSocketDebuggerUrl?: unknown } | undefined)?.webSocketDebuggerUrl;
  return typeof url === "string" ? /^ws:\/\/[^/]*(\/[\w-]+)$/.exec(url)?.[1] : undefined;
}
