import { randomUUID } from "node:crypto";
import { BroadcastChannel, isMainThread, threadId } from "node:worker_threads";
import { THREAD_LIMITS } from "../limits.js";
import { nameThread } from "./thread-offer.js";
import { THREADS_CHANNEL } from "./thread-message.js";
import type { ThreadAnswer, ThreadQuestion } from "./thread-message.js";

/** A thread as it is listed. */
export interface ListedThread extends ThreadAnswer {
  /** Why nobody can enter it; undefined where one can. */
  readonly reason?: string;
}

/**
 * This thread, and those that have loaded this package and whose event loops turn, by their numbers. Takes a quarter of a second. Never
 * rejects.
 */
export async function listThreads(): Promise<readonly ListedThread[]> {
  const answerTo = `${THREADS_CHANNEL}.${randomUUID()}`;
  const answers = new BroadcastChannel(answerTo);
  const found = new Map<number, ListedThread>();
  found.set(threadId, {
    thread: threadId,
    name: isMainThread ? "main" : nameThread(),
    reason: "this connection is in it",
  });
  // Node's types of version 20 know no other listener of a channel.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  answers.onmessage = (message) => {
    const { thread, name } = (message as { readonly data: ThreadAnswer }).data;
    if (found.size < THREAD_LIMITS.threads && !found.has(thread)) found.set(thread, { thread, name });
  };
  (answers as unknown as { unref(): void }).unref();
  const questions = new BroadcastChannel(THREADS_CHANNEL);
  questions.postMessage({ answerTo } satisfies ThreadQuestion);
  await new Promise<void>((resolve) => setTimeout(resolve, THREAD_LIMITS.answerMs).unref());
  questions.close();
  answers.close();
  return [...found.values()].toSorted((one, other) => one.thread - other.thread);
}
