import type { RequestOptions } from "./waiter.js";

/** Options of `Client.openRepl`; `signal` and `timeoutMs` are for opening only. */
export interface OpenReplOptions extends RequestOptions {
  /**
   * The session's name, 1 to 64 letters, digits, `.`, `_` and `-`: one that is there is taken up, and shared with who is in it. Without a
   * name there is a new one, which the server names.
   */
  readonly session?: string | undefined;
  /** Whether a synchronous loop should be interruptible; true by default. It takes a thread in the service while the session is open. */
  readonly interruptible?: boolean | undefined;
  /** Gets what happens in the session beside the answers to this client. What it throws ends nothing here: it is an uncaught exception. */
  readonly onEvent?: ((event: ReplEvent) => void) | undefined;
}

/** Something that happened in a session. A client is named by its number in `pdm.sessions`. */
export type ReplEvent =
  /** The session's code printed something, with or without a line feed at its end. */
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  /** The service itself did, as `follow` asked; `lost` counts what was left out before it. */
  | {
      readonly kind: "daemon";
      readonly stream: ReplStream;
      readonly text: string;
      readonly lost: number;
    }
  /** The session's code waits for an answer: see {@link ReplSession.answer}. */
  | { readonly kind: "question"; readonly question: number; readonly text: string }
  /** Nobody need answer it any more: somebody did, or its command ended. */
  | { readonly kind: "answered"; readonly question: number }
  /** Another client of the session typed this, and it begins to run. */
  | { readonly kind: "input"; readonly client: number; readonly source: string }
  /** What came of what another client typed, or of what this one typed before its connection was lost. */
  | { readonly kind: "result"; readonly client: number; readonly outcome: ReplEvaluation }
  /** Another client came into the session, or left it; `others` are there now beside this one. */
  | { readonly kind: "joined" | "left"; readonly client: number; readonly others: number }
  /** So many events were lost before the next one, since this client did not read quickly enough. */
  | { readonly kind: "lost"; readonly count: number }
  /** The connection was lost and made again (`reconnect`), and the session taken up; `isNew` where its variables are gone. */
  | { readonly kind: "resumed"; readonly isNew: boolean; readonly others: number };

/** What of the service's own output can be followed. */
export type ReplStream = "stdout" | "stderr" | "log";

/** What came of an evaluation. */
export interface ReplEvaluation {
  /** `value`: an expression's, or the last statement's where that is one that is not undefined; `done`: there is none; `threw`: it failed. */
  readonly kind: "value" | "done" | "threw";
  /** The value or what was thrown, as a text for people; empty for `done`. */
  readonly text: string;
  /** For `members` and `text`, where it is an object, a function, or longer than `text` shows. */
  readonly handle?: number | undefined;
  /** Whether `text` shows less than all of it. */
  readonly isCut?: boolean | undefined;
  /** Why it failed, where it is not what the code threw. */
  readonly cause?: "interrupt" | "deadline" | "syntax" | undefined;
  /** The value itself, with `format: "json"`. */
  readonly value?: unknown;
}

/** Options of {@link ReplSession.evaluate}. */
export interface EvaluateOptions {
  /** Milliseconds that each synchronous step of it may block the service, at most its `maxRequestTimeoutMs`; its `replBlockMs` by default. */
  readonly deadlineMs?: number | undefined;
  /** Whether `text` has the colours of a terminal. */
  readonly colors?: boolean | undefined;
  /** Columns that `text` may take; 80 by default. */
  readonly width?: number | undefined;
  /** `json`: the value itself comes along, cut where it is large. */
  readonly format?: "text" | "json" | undefined;
  /** Interrupts it when it aborts; then it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What stands at the cursor, and what it can become: each item replaces `source.slice(from, to)`. */
export interface ReplCompletion {
  readonly from: number;
  readonly to: number;
  readonly items: readonly ReplCompletionItem[];
  /** Whether there are more. */
  readonly isCut: boolean;
}

export interface ReplCompletionItem {
  readonly text: string;
  readonly kind:
    | "variable"
    | "global"
    | "keyword"
    | "property"
    | "method"
    | "function"
    | "class"
    | "getter"
    | "module"
    | "file"
    | "object";
  /** A function's parameters, such as `(orders, limit = 10)`; else the value's type. */
  readonly detail?: string | undefined;
  /** The prototype that it comes from, such as `Map.prototype`. */
  readonly from?: string | undefined;
}

/** A part of a value's members. */
export interface ReplMembers {
  /** What the value is, such as `Map(3)`. */
  readonly kind: string;
  /** How many there are, from 0 on. */
  readonly total: number;
  readonly members: readonly ReplMember[];
}

export interface ReplMember {
  /** As one writes it: `.name`, `[0]`, `["a b"]`, `<prototype>`. */
  readonly name: string;
  readonly kind: "property" | "getter" | "element" | "entry" | "prototype" | "internal";
  /** Its value on one line. */
  readonly text: string;
  /** Leads further into it, where it is an object or a function. */
  readonly handle?: number | undefined;
}

/** A part of a long text. */
export interface ReplText {
  readonly text: string;
  /** Where the next part begins; undefined after the last. */
  readonly next: number | undefined;
}

/** What a session finds in its scope. */
export interface ReplTool {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
}

/**
 * A session of a service's REPL: variables of its own, which last until the session is closed. `Client.openRepl` makes one.
 *
 * Evaluations of all its clients run one after the other, in the order in which they came. Each request rejects as those of
 * `RemoteObject` do; after the session ended, with NoSuchHandleError.
 */
export interface ReplSession {
  readonly name: string;
  /** Whether there was none of that name before. */
  readonly isNew: boolean;
  /** How many other clients are in it. */
  readonly others: number;
  /** Why a synchronous loop cannot be interrupted; undefined where it can. */
  readonly interruptReason: string | undefined;
  /** Resolves when the session is over for this client: with the error that ended it, with undefined after `close` or `leave`. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  /** Runs source in the service. Takes as long as it takes: there is a deadline for synchronous work alone. */
  evaluate(source: string, options?: EvaluateOptions): Promise<ReplEvaluation>;
  /** What can stand at the cursor, a number of UTF-16 units from the start. Runs no code of the service's values. */
  complete(source: string, cursor: number, options?: RequestOptions): Promise<ReplCompletion>;
  /**
   * Stops what runs: a synchronous loop, over a socket beside the service's own, or a pending `await`.
   *
   * @returns whether anything was stopped
   */
  interrupt(): Promise<boolean>;
  /** What is in a value, from the member `from` on, 100 where `limit` says nothing else. Runs no code of the value. */
  members(
    handle: number,
    options?: { readonly from?: number; readonly limit?: number } & RequestOptions,
  ): Promise<ReplMembers>;
  /** The value's whole text in pieces: a string's own characters, else what an evaluation shows with wider limits. */
  text(handle: number, from?: number, options?: RequestOptions): Promise<ReplText>;
  /** Lets go of a value. */
  release(handle: number): void;
  /** Answers a question. @returns false where it was answered already */
  answer(question: number, text: string): Promise<boolean>;
  /** From now on the service's own output of these streams comes as events, until it is called again; of none with an empty list. */
  follow(streams: readonly ReplStream[]): Promise<void>;
  /** What the session finds in its scope. */
  help(): Promise<readonly ReplTool[]>;
  /** Leaves; the session ends unless others are in it. */
  close(): Promise<void>;
  /** Leaves; the session is kept for a while (`replIdleMs` of the service), and can be taken up again by its name. */
  leave(): Promise<void>;
}

/** A session as it is listed. */
export interface ListedReplSession {
  readonly name: string;
  /** Seconds since the epoch. */
  readonly startedAt: number;
  /** The clients in it, by their numbers in `pdm.sessions`. */
  readonly clients: readonly number[];
  /** Whether something runs in it now. */
  readonly isBusy: boolean;
  readonly evaluations: number;
  /** Milliseconds after which it ends unless somebody takes it up; undefined where somebody is in it. */
  readonly endsInMs?: number | undefined;
}

/** What a look at an expression gives, which has run no code that changes anything. */
export type ReplLook =
  | {
      readonly kind: "value";
      readonly type: string;
      /** On one line. */
      readonly text: string;
      readonly members?: readonly { readonly name: string; readonly type: string; readonly text: string }[] | undefined;
      /** Members that are left out; undefined where none are. */
      readonly omitted?: number | undefined;
    }
  /** It would change something, or might. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "threw"; readonly text: string };

/** A thread of the service. */
export interface ListedThread {
  /** Node's `threadId`; 0 is the main thread. */
  readonly thread: number;
  /** What it runs, where it can be told. */
  readonly name: string;
  /** Why nobody can enter it; undefined where one can. */
  readonly reason?: string | undefined;
}
