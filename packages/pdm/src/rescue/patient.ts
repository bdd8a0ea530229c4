import { writeFileSync } from "node:fs";
import { diagnoseThread } from "../diagnosis/diagnose.js";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import { evaluateInside } from "../diagnosis/evaluate.js";
import type { EvaluatedInside } from "../diagnosis/evaluate.js";
import { profileThread } from "../diagnosis/profile.js";
import { PdmError } from "../errors.js";
import type { InspectorSession } from "../inspector/inspector-session.js";
import { openWorkerSessions } from "../inspector/worker-sessions.js";
import type { WorkerSession } from "../inspector/worker-sessions.js";
import { DIAGNOSIS_LIMITS } from "../limits.js";
import { diagnoseSilent } from "./outside.js";
import type { Target } from "../target/target.js";

/** What one thread was found doing. */
export interface FoundThread {
  /** 0 for the main one. */
  readonly thread: number;
  /** What it is called above what was found. */
  readonly heading: string;
  readonly diagnosis: Diagnosis;
}

/** A process through its inspector: what can be seen of it and done in it. */
export class Patient {
  readonly target: Target;
  readonly #session: InspectorSession;
  readonly #threadId: number | undefined;
  readonly #patienceMs: number | undefined;

  constructor(
    target: Target,
    session: InspectorSession,
    options: { readonly threadId: number | undefined; readonly patienceMs: number | undefined },
  ) {
    this.target = target;
    this.#session = session;
    this.#threadId = options.threadId;
    this.#patienceMs = options.patienceMs;
  }

  /** The main thread and all others, or the one that was named. Of others only what is not idle, unless it was named. */
  async diagnose(): Promise<FoundThread[]> {
    const options = this.#patienceMs === undefined ? {} : { patienceMs: this.#patienceMs };
    const heading = `Process ${this.target.label}`;
    const found: FoundThread[] = [];
    if (this.#threadId === undefined) {
      const diagnosis = await diagnoseThread(this.#session, options);
      // A native call that has not returned: then its memory tells.
      const isSilent = diagnosis.state === "native" && diagnosis.stack.length === 0;
      const waitedMs = DIAGNOSIS_LIMITS.answerMs + (this.#patienceMs ?? DIAGNOSIS_LIMITS.patienceMs);
      found.push({ thread: 0, heading, diagnosis: isSilent ? await diagnoseSilent(this.target, waitedMs) : diagnosis });
      // Its inspector has those of the others.
      if (diagnosis.state === "native") return found;
    }
    return this.#withWorkers(async (workers) => {
      for (const { threadId, url, session } of workers) {
        if (this.#threadId !== undefined && this.#threadId !== threadId) continue;
        const diagnosis = await diagnoseThread(session, options);
        if (this.#threadId === undefined && diagnosis.state === "idle") continue;
        found.push({ thread: threadId, heading: `${heading}, worker thread ${threadId} (${url})`, diagnosis });
      }
      return found;
    });
  }

  /** Throws as `evaluateInside` does. */
  evaluate(code: string, frame: number | undefined): Promise<EvaluatedInside> {
    return this.#withThread((session) => evaluateInside(session, code, frame === undefined ? {} : { frame }));
  }

  /** @returns the file's path @throws PdmError `ERR_PDM_OUTPUT` (rejects) where it cannot be written, or is there already */
  async writeProfile(durationMs: number, path = `pdm-${this.target.pid}.cpuprofile`): Promise<string> {
    const profile = await this.#withThread((session) => profileThread(session, durationMs));
    try {
      writeFileSync(path, JSON.stringify(profile), { flag: "wx" });
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new PdmError(
        "ERR_PDM_OUTPUT",
        code === "EEXIST" ? `${path} is there already; name another file with --output` : message,
        { cause },
      );
    }
    return path;
  }

  /** What to type for what can be done. */
  listCommands(): readonly string[] {
    const { pid } = this.target;
    return [
      "Commands:",
      `  pdm-rescue ${pid} --eval 'globalThis.…'             evaluates inside, also in a loop`,
      `  pdm-rescue ${pid} --eval 'NAME' --frame 0           reads what that call of the stack sees`,
      `  pdm-rescue ${pid} --profile 5                       records a CPU profile of the next seconds`,
      `  pdm-rescue ${pid} --json                            all of this for a program`,
    ];
  }

  async #withThread<Result>(use: (session: InspectorSession) => Promise<Result>): Promise<Result> {
    const threadId = this.#threadId;
    if (threadId === undefined) return use(this.#session);
    return this.#withWorkers(async (workers) => {
      const worker = workers.find((one) => one.threadId === threadId);
      if (worker !== undefined) return use(worker.session);
      const list = workers.map((one) => one.threadId).join(", ");
      throw new PdmError(
        "ERR_PDM_THREAD",
        `there is no worker thread ${threadId}; ${list === "" ? "there is none at all" : `there are: ${list}`}`,
      );
    });
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
