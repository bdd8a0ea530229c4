import type { WatchdogClient } from "../client/watchdog.js";
import { RefusedError } from "../client/errors.js";
import type { WatchdogDiagnosis } from "../client/watchdog-report.js";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import type { EvaluatedInside } from "../diagnosis/evaluate.js";
import { PdmError } from "../errors.js";
import type { FoundThread, Patient } from "./patient.js";

/** A process through its watchdog: nothing is sent to it, and its rights hold. */
export class WatchedPatient implements Patient {
  readonly pid: number;
  readonly subject: string;
  readonly #watchdog: WatchdogClient;

  private constructor(pid: number, spec: string, watchdog: WatchdogClient) {
    this.pid = pid;
    this.subject = spec;
    this.#watchdog = watchdog;
  }

  /** @throws PdmError `ERR_PDM_THREAD` (rejects) where a worker thread is asked for, and what the watchdog refuses */
  static async open(watchdog: WatchdogClient, spec: string, threadId: number | undefined): Promise<WatchedPatient> {
    if (threadId !== undefined) {
      throw new PdmError(
        "ERR_PDM_THREAD",
        "a watchdog tells of the main thread alone; give the process id for another",
      );
    }
    return new WatchedPatient((await watchdog.state()).pid, spec, watchdog);
  }

  async diagnose(): Promise<FoundThread[]> {
    // Of a state that this version does not know, the words are in the summary.
    const diagnosis = (await this.#watchdog.diagnose().catch((error: unknown) => this.#tell(error))) as Diagnosis;
    const heading = `Process ${this.pid}, by its watchdog`;
    if (diagnosis.state !== "native" || diagnosis.stack.length > 0) return [{ thread: 0, heading, diagnosis }];
    const where = `From which functions the call was entered, its memory tells, on the machine where it runs: pdm-rescue ${this.pid}`;
    return [{ thread: 0, heading, diagnosis: { ...diagnosis, advice: [where, ...diagnosis.advice] } }];
  }

  /** Whom it refuses to look, it still tells what it knows. */
  async #tell(refusal: unknown): Promise<WatchdogDiagnosis> {
    if (!(refusal instanceof RefusedError)) throw refusal;
    const { isBlocked, blockedMs, report } = await this.#watchdog.state();
    const details = [`That is what the watchdog knew before. To look at it now is refused: ${refusal.message}`];
    if (!isBlocked || report === null) {
      return { state: "idle", summary: "Its event loop turns.", details, stack: [], advice: [] };
    }
    const stack = report.frames.map((frame) => ({ ...frame, source: [], variables: [] }));
    const summary = `${report.summary} Its event loop has not turned for ${(blockedMs / 1_000).toFixed(1)} s.`;
    return { state: report.state, summary, details, stack, advice: [] };
  }

  evaluate(code: string, frame: number | undefined): Promise<EvaluatedInside> {
    return this.#watchdog.evaluate(code, { frame });
  }

  profile(durationMs: number): Promise<object> {
    return this.#watchdog.profile(durationMs);
  }
}
