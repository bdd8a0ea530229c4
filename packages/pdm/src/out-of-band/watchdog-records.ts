import { AuditFile } from "../audit-file.js";
import { WATCHDOG_LIMITS } from "../limits.js";
import { describeThrown, warn } from "../warning.js";
import type { News } from "./messages.js";
import type { Watch } from "./watch.js";
import type { WatchdogRecord } from "./watchdog-report.js";

export type NewRecord = Pick<WatchdogRecord, "action" | "target" | "outcome"> &
  Partial<Pick<WatchdogRecord, "input" | "error" | "durationMs">>;

const TEXT_CHARACTERS = 2_048;

/**
 * The audit of one listener's watchdog: each record is appended to the listener's file at once, by this thread, and told to the main thread for
 * whoever else hears the audit.
 */
export class WatchdogRecords {
  readonly #watch: Watch;
  readonly #news: NewsQueue;
  #file: AuditFile | undefined;

  /** A file that cannot be opened is a process warning. */
  constructor(watch: Watch, news: NewsQueue) {
    this.#watch = watch;
    this.#news = news;
    if (watch.auditPath === undefined) return;
    try {
      this.#file = new AuditFile(watch.auditPath);
    } catch (error) {
      warn("PDM_AUDIT_FAILED", `the watchdog cannot write audit records to ${watch.auditPath}`, error);
    }
  }

  add({ durationMs = 0, input, error, ...rest }: NewRecord): void {
    const { role, spec: socket } = this.#watch;
    const record: WatchdogRecord = {
      time: (Date.now() - durationMs) / 1000,
      session: 0,
      role,
      socket,
      protocol: "urgent",
      ...rest,
      ...(input === undefined ? {} : { input: cut(input) }),
      ...(error === undefined ? {} : { error: cut(error) }),
      durationMs,
    };
    this.#file?.append(record);
    this.#news.tell({ kind: "record", record });
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

function cut(text: string): string {
  return text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS - 1)}…` : text;
}

/** What waits for the main thread, which takes nothing while it is blocked. */
export class NewsQueue {
  readonly #post: (news: News) => void;
  #untaken = 0;
  #lost = 0;

  constructor(post: (news: News) => void) {
    this.#post = post;
  }

  tell(news: News): void {
    if (this.#untaken >= WATCHDOG_LIMITS.queuedNews) {
      this.#lost += 1;
      return;
    }
    this.#untaken += 1;
    this.#post(news);
  }

  /** The main thread's event loop has turned. */
  turn(): void {
    this.#untaken = 0;
    if (this.#lost === 0) return;
    this.#post({ kind: "lost", records: this.#lost });
    this.#lost = 0;
  }
}

/** The message of what went wrong, for an answer or a record. */
export function explain(error: unknown): string {
  return cut(describeThrown(error));
}
