import type { InspectorSession } from "./inspector-session.js";
import { MessageSession, parseMessage } from "./message-session.js";

/** A worker thread, and a session with its inspector. */
export interface WorkerSession {
  /** What `worker_threads` calls it, from 1. */
  readonly threadId: number;
  /** Its script, or what it was started with otherwise. */
  readonly url: string;
  readonly session: InspectorSession;
}

/** Node.js's own domain of the protocol: https://chromedevtools.github.io/devtools-protocol does not list it. */
interface AttachedToWorker {
  readonly sessionId: string;
  readonly workerInfo: { readonly workerId: string; readonly title: string; readonly url: string };
}

/**
 * Sessions with the worker threads that run now, over that of the main thread, which has to answer: it may be in a loop. They end with it, or
 * with `end`.
 *
 * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_TIMEOUT` where the main thread does not answer within `timeoutMs`
 */
export async function openWorkerSessions(
  main: InspectorSession,
  timeoutMs: number,
): Promise<{ readonly workers: readonly WorkerSession[]; end(): void }> {
  const byId = new Map<string, { worker: WorkerSession; session: MessageSession }>();
  const forget = [
    main.on("NodeWorker.attachedToWorker", (params) => {
      const { sessionId, workerInfo } = params as AttachedToWorker;
      const session = new MessageSession(
        (request) => {
          const message = JSON.stringify(request);
          main.post("NodeWorker.sendMessageToWorker", { sessionId, message }).catch(() => undefined);
        },
        () => void main.post("NodeWorker.detach", { sessionId }).catch(() => undefined),
      );
      const threadId = Number(/\[worker (\d+)\]/.exec(workerInfo.title)?.[1] ?? workerInfo.workerId);
      byId.set(sessionId, { worker: { threadId, url: workerInfo.url, session }, session });
    }),
    main.on("NodeWorker.receivedMessageFromWorker", (params) => {
      const { sessionId, message } = params as { sessionId: string; message: string };
      byId.get(sessionId)?.session.receive(parseMessage(message));
    }),
    main.on("NodeWorker.detachedFromWorker", (params) => {
      const { sessionId } = params as { sessionId: string };
      byId.get(sessionId)?.session.end("the worker thread has ended");
    }),
  ];
  // Those that run are told before the answer.
  await main.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, timeoutMs);
  return {
    workers: [...byId.values()].map(({ worker }) => worker).toSorted((one, other) => one.threadId - other.threadId),
    end() {
      for (const { session } of byId.values()) session.close();
      for (const stop of forget) stop();
      void main.post("NodeWorker.disable").catch(() => undefined);
    },
  };
}
