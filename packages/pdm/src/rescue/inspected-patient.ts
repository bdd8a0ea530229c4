import { diagnoseThread } from "../diagnosis/diagnose.js";
import { evaluateInside } from "../diagnosis/evaluate.js";
import type { EvaluatedInside } from "../diagnosis/evaluate.js";
import { profileThread } from "../diagnosis/profile.js";
import { PdmError } from "../errors.js";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { openWorkerSessions } from "../inspector/worker-sessions.js";
import type { WorkerSession } from "../inspector/worker-sessions.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import { diagnoseByMemory } from "./outside.js";
import type { FoundThread, Patient } from "./patient.js";
import { findRoot } from "../target/process-files.js";
import type { Target } from "../target/target.js";

/** A process through its inspector. */
export class InspectedPatient implements Patient {
  readonly pid: number;
  readonly subject: string;
  readonly #target: Target;
  readonly #session: InspectorSession;
  readonly #threadId: number | undefined;
  readonly #patienceMs: number | undefined;
  readonly #mayStop: boolean;

  constructor(
    target: Target,
    session: InspectorSession,
    options: {
      readonly threadId: number | undefined;
      readonly patienceMs: number | undefined;
      /** Whether it may be stopped for some milliseconds, to read its stack. */
      readonly mayStop: boolean;
    },
  ) {
    this.pid = target.pid;
    this.subject = String(target.pid);
    this.#target = target;
    this.#session = session;
    this.#threadId = options.threadId;
    this.#patienceMs = options.patienceMs;
    this.#mayStop = options.mayStop;
  }

  /** The main thread and all others, or the one that was named. Of others only what is not idle, unless it was named. */
  async diagnose(): Promise<FoundThread[]> {
    const root = findRoot(this.#target);
    const options = this.#patienceMs === undefined ? { root } : { root, patienceMs: this.#patienceMs };
    const heading = `Process ${this.#target.label}`;
    const found: FoundThread[] = [];
    if (this.#threadId === undefined) {
      const diagnosis = await diagnoseThread(this.#session, options);
      // A native call that has not returned: then its memory tells.
      const isSilent = diagnosis.state === "native" && diagnosis.stack.length === 0;
      const waitedMs = DIAGNOSIS_LIMITS.answerMs + (this.#patienceMs ?? DIAGNOSIS_LIMITS.patienceMs);
      const byMemory = { mayStop: this.#mayStop, silentMs: waitedMs, advice: "Wait, and look again." };
      found.push({
        thread: 0,
        heading,
        diagnosis: isSilent ? await diagnoseByMemory(this.#target, byMemory) : diagnosis,
        isOutOfReach: isSilent,
      });
      // Its inspector has those of the others.
      if (diagnosis.state === "native") return found;
    }
    return this.#withWorkers(async (workers) => {
      const asleep: number[] = [];
      const chosen = this.#threadId === undefined ? workers : [findWorker(workers, this.#threadId)];
      for (const { threadId, url, session } of chosen) {
        const diagnosis = await diagnoseThread(session, options);
        if (this.#threadId === undefined && diagnosis.state === "idle") continue;
        if (this.#threadId === undefined && diagnosis.state === "waiting") asleep.push(threadId);
        else {
          const script = url === "" ? "" : ` (${url})`;
          found.push({ thread: threadId, heading: `${heading}, worker thread ${threadId}${script}`, diagnosis });
        }
      }
      return asleep.length === 0 ? found : tellAsleep(found, asleep);
    });
  }

  /** Throws as `evaluateInside` does. */
  evaluate(code: string, frame: number | undefined): Promise<EvaluatedInside> {
    return this.#withThread((session) => evaluateInside(session, code, frame === undefined ? {} : { frame }));
  }

  profile(durationMs: number): Promise<object> {
    return this.#withThread((session) => profileThread(session, durationMs));
  }

  async #withThread<Result>(use: (session: InspectorSession) => Promise<Result>): Promise<Result> {
    const threadId = this.#threadId;
    if (threadId === undefined) return use(this.#session);
    return this.#withWorkers((workers) => use(findWorker(workers, threadId).session));
  }

  async #withWorkers<Result>(use: (workers: readonly WorkerSession[]) => Promise<Result>): Promise<Result> {
    const opened = await openWorkerSessions(this.#session, DIAGNOSIS_LIMITS.answerMs);
    try {
      return await use(opened.workers);
    } finally {
      opened.end();
    }
  }
}

/** Those of a pool that have nothing to do wait in `Atomics.wait`. */
function tellAsleep([main, ...others]: readonly FoundThread[], asleep: readonly number[]): FoundThread[] {
  if (main === undefined) return others;
  const text = `Worker threads that are asleep in Atomics.wait or the like, as those of a pool are that have nothing to do: ${asleep.join(", ")}. --thread N tells of one.`;
  return [{ ...main, diagnosis: { ...main.diagnosis, details: [...main.diagnosis.details, text] } }, ...others];
}

/** @throws PdmError `ERR_PDM_THREAD` */
function findWorker(workers: readonly WorkerSession[], threadId: number): WorkerSession {
  const worker = workers.find((one) => one.threadId === threadId);
  if (worker !== undefined) return worker;
  const list = workers.map((one) => one.threadId).join(", ");
  throw new PdmError(
    "ERR_PDM_THREAD",
    `there is no worker thread ${threadId}; ${list === "" ? "there is none at all" : `there are: ${list}`}`,
  );
}
