import { basename } from "node:path";
import { BroadcastChannel, threadId } from "node:worker_threads";
import { warn } from "../warning.js";
import { PortStream } from "./port-stream.js";
import { THREADS_CHANNEL } from "./thread-message.js";
import type { ThreadAnswer, ThreadClient, ThreadEntrance, ThreadQuestion } from "./thread-message.js";

/** The first copy of this package in a thread offers it. */
const OFFER_KEY: unique symbol = Symbol.for("pdm.thread.v1");

/**
 * Has this worker thread be listed, and entered by whoever has the right in the main thread. Does not keep the thread alive, and does
 * nothing until somebody asks.
 *
 * @param begin takes over what a client says; what it throws becomes a process warning, and the client is disconnected
 */
export function offerThread(begin: (stream: PortStream, client: ThreadClient) => void): void {
  const holder = globalThis as { [OFFER_KEY]?: true };
  if (holder[OFFER_KEY] === true) return;
  Object.defineProperty(globalThis, OFFER_KEY, { value: true });
  const channel = new BroadcastChannel(THREADS_CHANNEL);
  // Node's types of version 20 know no other listener of a channel.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  channel.onmessage = (message) => answer((message as { readonly data: ThreadQuestion }).data);
  // Setting the listener has it keep the thread alive.
  (channel as unknown as { unref(): void }).unref();
  // Node's types of version 20.19 lack the event.
  (process as NodeJS.EventEmitter).on("workerMessage", (message: unknown) => {
    if (!isEntrance(message)) return;
    const stream = new PortStream(message.port);
    try {
      begin(stream, message.client);
    } catch (error) {
      warn("PDM_INTERNAL", "a client could not enter this thread", error);
      stream.destroy();
    }
  });
}

/** What the thread is called, where Node tells, else after what it runs. */
export function nameThread(): string {
  const { threadName } = process.getBuiltinModule("node:worker_threads") as { readonly threadName?: unknown };
  if (typeof threadName === "string" && threadName !== "" && threadName !== "WorkerThread") return threadName;
  const [, script] = process.argv;
  return script === undefined ? "" : basename(script);
}

function answer({ answerTo }: ThreadQuestion): void {
  const channel = new BroadcastChannel(answerTo);
  channel.postMessage({ thread: threadId, name: nameThread() } satisfies ThreadAnswer);
  channel.close();
}

function isEntrance(message: unknown): message is ThreadEntrance {
  return typeof message === "object" && message !== null && (message as Partial<ThreadEntrance>).pdm === "thread.v1";
}
