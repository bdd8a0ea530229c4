import { InspectorError } from "./inspector-error.js";
import type { InspectorSession } from "./inspector-session.js";

type Listener = (message: { readonly params: object }) => void;

/** What is used of Node's own class. */
interface NodeSession {
  connectToMainThread(): void;
  disconnect(): void;
  post(method: string, params: object, callback: (error: Error | null, result: object) => void): void;
  on(event: string, listener: Listener): void;
  off(event: string, listener: Listener): void;
}

/**
 * A session with the inspector of this process's main thread, from a thread beside it, which has to be kept alive by something else.
 *
 * @throws Error where this Node has no inspector, or may not use it
 */
export function openMainThreadSession(): InspectorSession {
  // A Node that was built without it does not have the module.
  const { Session } = process.getBuiltinModule("node:inspector");
  const session = new Session() as unknown as NodeSession;
  session.connectToMainThread();
  return new MainThreadSession(session);
}

class MainThreadSession implements InspectorSession {
  readonly #session: NodeSession;
  readonly #waiting = new Set<(error: InspectorError) => void>();
  #isClosed = false;

  constructor(session: NodeSession) {
    this.#session = session;
  }

  post<Result extends object = object>(method: string, params: object = {}, timeoutMs?: number): Promise<Result> {
    return new Promise<object>((resolve, reject) => {
      if (this.#isClosed) {
        reject(closedError());
        return;
      }
      const fail = (error: InspectorError): void => {
        clearTimeout(timer);
        this.#waiting.delete(fail);
        reject(error);
      };
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              const message = `the main thread did not answer ${method} within ${timeoutMs} ms`;
              fail(new InspectorError("ERR_PDM_INSPECTOR_TIMEOUT", message));
            }, timeoutMs);
      this.#waiting.add(fail);
      this.#session.post(method, params, (error, result) => {
        if (error !== null) {
          fail(new InspectorError("ERR_PDM_INSPECTOR_REFUSED", error.message));
          return;
        }
        clearTimeout(timer);
        this.#waiting.delete(fail);
        resolve(result);
      });
    }) as Promise<Result>;
  }

  on(event: string, listener: (params: object) => void): () => void {
    const hear: Listener = ({ params }) => listener(params);
    this.#session.on(event, hear);
    return () => this.#session.off(event, hear);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const fail of this.#waiting) fail(closedError());
    this.#session.disconnect();
  }
}

function closedError(): InspectorError {
  return new InspectorError("ERR_PDM_INSPECTOR_CLOSED", "the session with the inspector was closed");
}
