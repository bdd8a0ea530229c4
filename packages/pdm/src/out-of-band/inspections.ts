import { setTimeout as wait } from "node:timers/promises";
import { diagnoseBlocked } from "../diagnosis/diagnose-blocked.js";
import type { DiagnoseBlockedOptions } from "../diagnosis/diagnose-blocked.js";
import { diagnoseThread } from "../diagnosis/diagnose.js";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import { evaluateInside } from "../diagnosis/evaluate.js";
import type { EvaluatedInside, EvaluateInsideOptions } from "../diagnosis/evaluate.js";
import { profileThread } from "../diagnosis/profile.js";
import { PdmError } from "../errors.js";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { openMainThreadSession } from "../inspector/main-thread-session.js";
import { WATCHDOG_LIMITS } from "../limits.js";

/**
 * What is looked at in the main thread, and done there: with a session for each, as short as can be. What pauses it comes one after the other, and what is evaluated
 * too: an expression that V8 has to stop while another session has paused the thread makes the inspector mute for good.
 */
export class Inspections {
  readonly #open: () => InspectorSession;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isProfiling = false;
  #isExiting = false;
  readonly #sessions = new Set<InspectorSession>();

  /** @param open gives a session with the main thread */
  constructor(open: () => InspectorSession = openMainThreadSession) {
    this.#open = open;
  }

  /**
   * @param findBlockedMs for how long it is blocked, if it is: asked when its turn has come
   * @throws PdmError `ERR_PDM_LIMIT` (rejects) where too many wait, and what the session does
   */
  diagnose(variables: boolean, findBlockedMs: () => number | undefined): Promise<Diagnosis> {
    return this.#inTurn((session) => {
      const blockedMs = findBlockedMs();
      return diagnoseThread(session, { variables, ...(blockedMs === undefined ? {} : { blockedMs }) });
    });
  }

  /** The diagnosis of what blocks it now: see {@link diagnoseBlocked}. */
  diagnoseBlocked(options: DiagnoseBlockedOptions): Promise<Diagnosis | undefined> {
    return this.#inTurn((session) => diagnoseBlocked(session, options));
  }

  evaluate(expression: string, options: EvaluateInsideOptions): Promise<EvaluatedInside> {
    return this.#inTurn((session) => evaluateInside(session, expression, options));
  }

  /** @returns what a `.cpuprofile` holds @throws PdmError `ERR_PDM_LIMIT` (rejects) where one is being recorded, or it is too large */
  async profile(durationMs: number): Promise<object> {
    if (this.#isProfiling) throw new PdmError("ERR_PDM_LIMIT", "a CPU profile is being recorded already");
    this.#isProfiling = true;
    try {
      const profile = await this.#during((session) => profileThread(session, durationMs));
      const { length } = JSON.stringify(profile);
      if (length <= WATCHDOG_LIMITS.profileCharacters) return profile;
      throw new PdmError("ERR_PDM_LIMIT", `the CPU profile has ${length} characters; take a shorter one`);
    } finally {
      this.#isProfiling = false;
    }
  }

  /** Asks the process to exit with that status, and ends all sessions at once, since an exit waits for that. Nothing says whether it will. */
  exit(status: number): void {
    this.#isExiting = true;
    for (const session of this.#sessions) session.close();
    const session = this.#open();
    session.post("Runtime.evaluate", { expression: `process.exit(${status})` }).catch(() => undefined);
    session.close();
  }

  async #inTurn<T>(use: (session: InspectorSession) => Promise<T>): Promise<T> {
    if (this.#waiting >= WATCHDOG_LIMITS.waiting)
      throw new PdmError("ERR_PDM_LIMIT", `${WATCHDOG_LIMITS.waiting} diagnoses wait already`);
    this.#waiting += 1;
    let isGivenUp = false;
    const turn = this.#last.then(() => (isGivenUp ? undefined : { value: this.#during(use) }));
    this.#last = turn.then((begun) => begun?.value).catch(() => undefined);
    try {
      const begun = await Promise.race([turn, wait(WATCHDOG_LIMITS.turnMs, undefined, { ref: false })]);
      if (begun !== undefined) return await begun.value;
      isGivenUp = true;
      throw new PdmError("ERR_PDM_LIMIT", "another diagnosis is under way, which waits for the end of a native call");
    } finally {
      this.#waiting -= 1;
    }
  }

  async #during<T>(use: (session: InspectorSession) => Promise<T>): Promise<T> {
    if (this.#isExiting) throw new PdmError("ERR_PDM_LIMIT", "the process is being ended");
    const session = this.#open();
    this.#sessions.add(session);
    try {
      return await use(session);
    } finally {
      this.#sessions.delete(session);
      session.close();
    }
  }
}
