import type { ListenSpec } from "../transport/listen-spec.js";
import type { BlockedReport, WatchdogRecord } from "./watchdog-report.js";
import type { Watch } from "./watch.js";

/** Whom a secret stands for. */
export interface Holder {
  /** The session's number. */
  readonly workspace: number;
  /** The client's in `pdm.sessions`. */
  readonly client: number;
}

/** What is to be stopped: what the session runs, whoever typed it, or that evaluation of that client. */
export interface InterruptTarget extends Holder {
  /** The client's own number for it. */
  readonly evaluation: number | undefined;
}

/** What the main thread starts the other one with. */
export interface ThreadData {
  /** The guard's: see `guard-memory.ts`. */
  readonly memory: SharedArrayBuffer;
  /** The main thread's: see `heartbeat.ts`. */
  readonly heartbeat: SharedArrayBuffer;
}

/** What the main thread asks for, each answered by one {@link Reply} with the same number. */
export type Order =
  /** Opens a socket, which `socket` names from then on. */
  | { readonly kind: "open"; readonly order: number; readonly socket: number; readonly spec: ListenSpec }
  | { readonly kind: "close"; readonly order: number; readonly socket: number }
  /** Whoever knows the secret may ask on that socket for what concerns the session. */
  | {
      readonly kind: "admit";
      readonly order: number;
      readonly socket: number;
      readonly holder: Holder;
      readonly secret: string;
    }
  | { readonly kind: "dismiss"; readonly order: number; readonly secret: string }
  /** Watches the main thread, whose heart beats every so many milliseconds, and answers on that socket for what concerns it; no more where there is no watch. */
  | {
      readonly kind: "watch";
      readonly order: number;
      readonly socket: number;
      readonly everyMs: number;
      readonly watch?: Watch;
    };

/** What the main thread tells about a {@link Wish}: whether it ended a wait. */
export interface Answer {
  readonly kind: "answer";
  readonly wish: number;
  readonly ended: boolean;
}

/** What came of an {@link Order}: the address where it opened a socket, or why not. */
export interface Reply {
  readonly kind: "reply";
  readonly order: number;
  readonly spec?: string;
  readonly failure?: string;
}

/**
 * The other thread finds no step of that session to stop: the main thread is to end what it awaits.
 *
 * Whoever of the two acts takes the claim first, an Int32: it goes from 0 to 1. So what was stopped by signal is not stopped once more when the main
 * thread comes to read this.
 */
export interface Wish {
  readonly kind: "wish";
  readonly wish: number;
  readonly target: InterruptTarget;
  readonly claim: SharedArrayBuffer;
}

/** What the watchdog has the main thread tell of, when that comes to it. */
export type News =
  | { readonly kind: "blocked"; readonly report: BlockedReport }
  | { readonly kind: "record"; readonly record: WatchdogRecord }
  /** That many records there was no room for. */
  | { readonly kind: "lost"; readonly records: number };
