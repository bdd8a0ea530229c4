import type { Session } from "node:inspector";
import { InspectorError } from "./inspector-error.js";
import type { InspectorSession } from "./inspector-session.js";
import { MessageSession } from "./message-session.js";
import type { InspectorMessage } from "./message-session.js";

/**
 * A session with this process's main thread, for a worker thread. It does not keep that thread alive. The main thread is not asked: it
 * may be in a loop.
 *
 * @throws InspectorError `ERR_PDM_INSPECTOR_UNREACHABLE` where this Node.js has no inspector, or in the main thread
 */
export function openMainThreadSession(): InspectorSession {
  const inspector = connect();
  const session: MessageSession = new MessageSession(
    ({ id, method, params }) =>
      inspector.post(method, params, (error: Error | null, result?: object) => {
        session.receive(error === null ? { id, result: result ?? {} } : { id, error });
      }),
    () => inspector.disconnect(),
  );
  inspector.on("inspectorNotification", (message: InspectorMessage) => session.receive(message));
  return session;
}

function connect(): Session {
  try {
    const { Session } = process.getBuiltinModule("node:inspector");
    const session = new Session();
    session.connectToMainThread();
    return session;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InspectorError(
      "ERR_PDM_INSPECTOR_UNREACHABLE",
      `the main thread's inspector cannot be reached: ${reason}`,
      {
        cause,
      },
    );
  }
}
