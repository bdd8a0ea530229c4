import type { Limits } from "../limits.js";
import type { Policy } from "../session/policy.js";
import type { Claim, Right, Role } from "../session/principal.js";
import type { MessagePort } from "node:worker_threads";

/** The channel on which threads are asked whether they are there; another form of these messages needs another name. */
export const THREADS_CHANNEL = "pdm.threads.v1";

/** Asks all threads; each answers on the channel of that name with a {@link ThreadAnswer}. */
export interface ThreadQuestion {
  readonly answerTo: string;
}

/** A thread that can be entered. */
export interface ThreadAnswer {
  readonly thread: number;
  readonly name: string;
}

/** Who comes to a thread, and what it may do there. */
export interface ThreadClient {
  readonly role: Role;
  readonly rights: readonly Right[];
  readonly socket: string;
  readonly claimed: Claim | undefined;
  /** As data; `function` where it is one, which cannot come along. */
  readonly policy: Exclude<Policy, (...args: never[]) => unknown> | "function" | undefined;
  readonly build: string | undefined;
  readonly auditPath: string | undefined;
  readonly limits: Limits;
}

/** What is sent to a thread that a client enters. */
export interface ThreadEntrance {
  readonly pdm: "thread.v1";
  readonly port: MessagePort;
  readonly client: ThreadClient;
}

/** What goes through the port, both ways: bytes, how many of the other side's were taken, that no more come. */
export interface PortMessage {
  readonly data?: Uint8Array;
  readonly taken?: number;
  readonly isEnd?: boolean;
}
