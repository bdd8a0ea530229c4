import { setTimeout as wait } from "node:timers/promises";
import { readClockMs } from "../clock.js";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import { adviseOn } from "../diagnosis/words.js";
import { WATCHDOG_LIMITS } from "../limits.js";
import { HEARTBEAT_CALL } from "./heartbeat.js";
import { HeartbeatWatch } from "./heartbeat-watch.js";
import { Inspections } from "./inspections.js";
import type { News } from "./messages.js";
import type { Watch } from "./watch.js";
import { explain, NewsQueue, WatchdogRecords } from "./watchdog-records.js";
import { reportFrame, writeStack } from "./watchdog-report.js";
import type { BlockedReport, RuleOutcome } from "./watchdog-report.js";
import { runRule } from "./watchdog-rules.js";
import type { WatchdogSettings } from "./watchdog-settings.js";

/** One listener's part of it. */
export interface Watcher {
  readonly watch: Watch;
  readonly records: WatchdogRecords;
}

/** What the watchdog says of the main thread. */
export interface WatchdogState {
  readonly pid: number;
  readonly isBlocked: boolean;
  /** Milliseconds for which the event loop has not turned, at the least. */
  readonly blockedMs: number;
  /** From which on it counts as blocked. */
  readonly limitMs: number;
  /** How often it was, with this time. */
  readonly occasions: number;
  /** This time, or the last one; null where there was none. */
  readonly report: BlockedReport | null;
}

interface DueRule {
  readonly rule: WatchdogSettings["rules"][number];
  readonly watcher: Watcher;
}

/** One time that the loop is blocked. */
interface Occasion {
  readonly time: number;
  /** By the clock for durations, when it was noticed. */
  readonly beganMs: number;
  durationMs: number;
  isOver: boolean;
  diagnosis: Diagnosis | undefined;
  /** Why there is no diagnosis, in words. */
  reason: string;
  diagnosed: Promise<unknown>;
  /** Resolves with {@link diagnosed}, or when it seems to be a native call. */
  known: Promise<unknown>;
  readonly rules: DueRule[];
  readonly outcomes: RuleOutcome[];
  /** The rules that run one after the other. */
  running: Promise<void>;
}

/** Watches the main thread's heart, in the thread beside it: says when it stands still, finds out by what, and does what the rules say. */
export class Watchdog {
  readonly inspections: Inspections = new Inspections();
  readonly #heartbeat: SharedArrayBuffer;
  readonly #news: NewsQueue;
  /** By the number of the socket. */
  readonly #watchers = new Map<number, Watcher>();
  readonly #followers = new Set<(report: BlockedReport) => void>();
  #timer: NodeJS.Timeout | undefined;
  #heart: HeartbeatWatch | undefined;
  #blockedMs = 0;
  #current: Occasion | undefined;
  #last: BlockedReport | undefined;
  #occasions = 0;

  /** @param post tells the main thread */
  constructor(heartbeat: SharedArrayBuffer, post: (news: News) => void) {
    this.#heartbeat = heartbeat;
    this.#news = new NewsQueue(post);
  }

  /** Watches for that socket's listener too, or, without a watch, no more. The main thread's heart beats every so many milliseconds from now on. */
  watch(socket: number, everyMs: number, watch: Watch | undefined): void {
    this.#watchers.get(socket)?.records.close();
    this.#watchers.delete(socket);
    if (watch !== undefined) this.#watchers.set(socket, { watch, records: new WatchdogRecords(watch, this.#news) });
    clearInterval(this.#timer);
    if (this.#watchers.size === 0) return;
    this.#heart = new HeartbeatWatch(this.#heartbeat, everyMs, readClockMs());
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  /** What that socket's listener wants watched, if anything. */
  find(socket: number): Watcher | undefined {
    return this.#watchers.get(socket);
  }

  get state(): WatchdogState {
    const current = this.#current;
    return {
      pid: process.pid,
      isBlocked: current !== undefined,
      blockedMs: Math.round(this.#blockedMs),
      limitMs: this.#limitMs,
      occasions: this.#occasions,
      report: (current === undefined ? this.#last : this.#report(current)) ?? null,
    };
  }

  /**
   * Where the main thread is in a native call now, what is known of that: nothing more can be found until it returns. What is still being found out when a block
   * begins is awaited.
   */
  async findNative(): Promise<Diagnosis | undefined> {
    const current = this.#current;
    if (current === undefined) return undefined;
    const leftMs = Math.max(0, current.beganMs + WATCHDOG_LIMITS.nativeMs - readClockMs());
    await Promise.race([current.diagnosed, wait(leftMs, undefined, { ref: false })]);
    const { isOver, diagnosis } = current;
    return !isOver && diagnosis?.state === "native" && diagnosis.stack.length === 0 ? diagnosis : undefined;
  }

  /** For how long it has been blocked, if it is. */
  get blockedMs(): number | undefined {
    return this.#current === undefined ? undefined : this.#blockedMs;
  }

  /** Hears of each block, once what blocks is known, until the function that is returned is called. */
  follow(hear: (report: BlockedReport) => void): () => void {
    this.#followers.add(hear);
    return () => this.#followers.delete(hear);
  }

  get #limitMs(): number {
    return Math.min(...Array.from(this.#watchers.values(), ({ watch }) => watch.blockedMs));
  }

  #look(): void {
    const look = this.#heart?.look(readClockMs());
    if (look === undefined) return;
    const { blockedMs, turnedAfterMs } = look;
    this.#blockedMs = blockedMs;
    if (turnedAfterMs !== undefined) {
      this.#news.turn();
      if (this.#current !== undefined) this.#finish(this.#current, turnedAfterMs);
      return;
    }
    if (this.#current !== undefined) this.#current.durationMs = blockedMs;
    else if (blockedMs >= this.#limitMs) this.#begin(blockedMs);
    if (this.#current !== undefined) this.#runDue(this.#current);
  }

  #begin(blockedMs: number): void {
    this.#occasions += 1;
    const occasion: Occasion = {
      time: (Date.now() - blockedMs) / 1000,
      beganMs: readClockMs(),
      durationMs: blockedMs,
      isOver: false,
      diagnosis: undefined,
      reason: "What it does is not known yet.",
      diagnosed: Promise.resolve(),
      known: Promise.resolve(),
      rules: [...this.#watchers.values()]
        .flatMap((watcher) => watcher.watch.rules.map((rule) => ({ rule, watcher })))
        .toSorted((one, other) => one.rule.afterMs - other.rule.afterMs),
      outcomes: [],
      running: Promise.resolve(),
    };
    this.#current = occasion;
    const watchers = [...this.#watchers.values()];
    let seemNative: (() => void) | undefined;
    const native = new Promise<void>((resolve) => {
      seemNative = resolve;
    });
    occasion.diagnosed = this.#diagnose(occasion, blockedMs, () => seemNative?.()).then(() => {
      const report = this.#report(occasion);
      for (const { records } of watchers) {
        const { durationMs, summary } = report;
        records.add({
          action: "watchdog",
          target: "pdm.watchdog/blocked",
          outcome: "deadline",
          durationMs,
          error: report.frames[0] === undefined ? summary : `${summary}\n${report.stack}`,
        });
      }
      for (const hear of this.#followers) hear(report);
    });
    occasion.known = Promise.race([occasion.diagnosed, native]);
  }

  /** Never rejects. */
  async #diagnose(occasion: Occasion, blockedMs: number, onNative: () => void): Promise<void> {
    const heart = this.#heart;
    const { silentMs, patienceMs } = WATCHDOG_LIMITS;
    try {
      const diagnosis = await this.inspections.diagnoseBlocked({
        blockedMs,
        silentMs,
        patienceMs,
        isBlocked: (calls) => !occasion.isOver && heart?.isStill === true && !calls.includes(HEARTBEAT_CALL),
        onNative: () => {
          const summary = "In a native call that has not returned: no JavaScript runs until then.";
          occasion.diagnosis ??= { state: "native", summary, details: [], stack: [], advice: adviseOn("native") };
          onNative();
        },
      });
      if (diagnosis !== undefined) occasion.diagnosis = diagnosis;
      else occasion.reason = "Its event loop turned again before the stack could be taken.";
    } catch (error) {
      occasion.reason = `What it does cannot be told: ${explain(error)}.`;
    }
  }

  #runDue(occasion: Occasion): void {
    for (;;) {
      const [next] = occasion.rules;
      if (next === undefined || next.rule.afterMs > this.#blockedMs) return;
      occasion.rules.shift();
      occasion.running = occasion.running.then(() => this.#run(occasion, next));
    }
  }

  async #run(occasion: Occasion, { rule, watcher }: DueRule): Promise<void> {
    await occasion.known;
    // Whoever looks at it in a debugger knows that it stands.
    if (occasion.isOver || occasion.diagnosis?.state === "paused") return;
    const outcome = await runRule(rule, {
      inspections: this.inspections,
      records: watcher.records,
      report: () => this.#report(occasion),
      diagnosed: occasion.diagnosed,
    });
    occasion.outcomes.push(outcome);
  }

  #finish(occasion: Occasion, durationMs: number): void {
    occasion.isOver = true;
    occasion.durationMs = durationMs;
    this.#current = undefined;
    void Promise.all([occasion.diagnosed, occasion.running]).then(() => {
      const report = this.#report(occasion);
      this.#last = report;
      this.#news.tell({ kind: "blocked", report });
    });
  }

  #report({ time, durationMs, diagnosis, reason, outcomes }: Occasion): BlockedReport {
    const frames = (diagnosis?.stack ?? []).map(reportFrame);
    return {
      time,
      durationMs: Math.round(durationMs),
      state: diagnosis?.state ?? "unknown",
      summary: diagnosis?.summary ?? reason,
      stack: writeStack(frames),
      frames,
      rules: [...outcomes],
    };
  }
}
