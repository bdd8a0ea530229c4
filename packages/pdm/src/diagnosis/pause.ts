import type { Debugger } from "node:inspector";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";

/** A script, as the inspector knows it. */
export interface Script {
  readonly url: string;
  /** Where its source map is; empty for none. */
  readonly sourceMapUrl: string;
}

/** A thread that stands still until {@link Pauses.resume}. */
export interface Pause {
  /** The innermost first. */
  readonly frames: readonly Debugger.CallFrame[];
  readonly scripts: ReadonlyMap<string, Script>;
  /** Whether another debugger had paused it before: then it stays so. */
  readonly isForeign: boolean;
}

type Paused = Debugger.PausedEventDataType;

/** Pauses a thread, as often as wanted. Between two pauses it runs as ever. To be ended. */
export class Pauses {
  readonly #session: InspectorSession;
  readonly #scripts = new Map<string, Script>();
  readonly #forget: (() => void)[];
  #hear: ((event: Paused) => void) | undefined;
  #paused: Paused | undefined;
  readonly #enabling: Promise<unknown>;
  #isEnabled = false;
  #isForeign = false;

  constructor(session: InspectorSession) {
    this.#session = session;
    this.#forget = [
      session.on("Debugger.scriptParsed", (params) => {
        const { scriptId, url, sourceMapURL = "" } = params as Debugger.ScriptParsedEventDataType;
        this.#scripts.set(scriptId, { url, sourceMapUrl: sourceMapURL });
      }),
      session.on("Debugger.paused", (params) => {
        const event = params as Paused;
        // V8 tells whom it lets in of a pause that is there, before it says that it has.
        if (!this.#isEnabled) this.#isForeign = true;
        this.#paused = event;
        this.#hear?.(event);
      }),
      session.on("Debugger.resumed", () => {
        this.#paused = undefined;
        this.#isForeign = false;
      }),
    ];
    this.#enabling = session.post("Debugger.enable", {}, undefined, () => {
      this.#isEnabled = true;
    });
    // Where it fails, so does what comes next.
    this.#enabling.catch(() => undefined);
  }

  /**
   * @returns undefined where no JavaScript runs within `waitMs`, so that there is nothing to pause; it may still be paused later, until {@link end}
   * @throws InspectorError (rejects) where the session has ended
   */
  async pause(waitMs: number): Promise<Pause | undefined> {
    return this.#describe(await this.#await(waitMs, () => this.#pauseWhereItRuns()));
  }

  /** The same for a thread in a native call, which answers nothing until that returns: it is paused right behind it. */
  async pauseBehindCall(waitMs: number): Promise<Pause | undefined> {
    return this.#describe(await this.#await(waitMs, () => this.#session.post("Debugger.pause")));
  }

  /** Runs the statement on which it is paused to its end, and pauses again. @returns false where that takes longer than `waitMs`: then it runs on */
  async step(waitMs: number): Promise<boolean> {
    this.#paused = undefined;
    return (await this.#await(waitMs, () => this.#session.post("Debugger.stepOver"))) !== undefined;
  }

  /** Runs to the next statement, also of a function that is called there. @returns undefined where that takes longer than `waitMs`: then it runs on */
  async stepInto(waitMs: number): Promise<Pause | undefined> {
    this.#paused = undefined;
    return this.#describe(await this.#await(waitMs, () => this.#session.post("Debugger.stepInto")));
  }

  /** Lets it run on, unless another debugger holds it. */
  async resume(): Promise<void> {
    if (this.#paused === undefined || this.#isForeign) return;
    this.#paused = undefined;
    await this.#session.post("Debugger.resume");
  }

  /** Lets it run on, and awaits no pause any more: when it does run. Does not reject; at the latest the session's end has the same effect. */
  async end(): Promise<void> {
    // Whoever comes next would take this pause for another debugger's, and find it gone.
    if (this.#paused !== undefined && !this.#isForeign) await this.#awaitResumed();
    for (const forget of this.#forget) forget();
    this.#paused = undefined;
    // With it, V8 resumes what this session alone has paused. A thread in a native call answers when that returns.
    void this.#session.post("Debugger.disable").catch(() => undefined);
  }

  /** Does not reject. */
  async #awaitResumed(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DIAGNOSIS_LIMITS.answerMs);
      const settle = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#forget.push(this.#session.on("Debugger.resumed", settle));
      this.resume().catch(settle);
    });
  }

  async #pauseWhereItRuns(): Promise<void> {
    await this.#enabling;
    if (this.#paused === undefined) await this.#session.post("Debugger.pause");
    else this.#hear?.(this.#paused);
  }

  #describe(event: Paused | undefined): Pause | undefined {
    if (event === undefined) return undefined;
    return { frames: event.callFrames, scripts: this.#scripts, isForeign: this.#isForeign };
  }

  #await(waitMs: number, begin: () => Promise<unknown>): Promise<Paused | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (event: Paused | undefined): void => {
        clearTimeout(timer);
        this.#hear = undefined;
        resolve(event);
      };
      const timer = setTimeout(() => settle(undefined), waitMs);
      this.#hear = settle;
      begin().catch((error: Error) => {
        clearTimeout(timer);
        this.#hear = undefined;
        reject(error);
      });
    });
  }
}
