import type { WatchdogClient } from "../client/watchdog.js";
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
    const diagnosis = (await this.#watchdog.diagnose()) as Diagnosis;
    return [{ thread: 0, heading: `Process ${this.pid}, by its watchdog`, diagnosis }];
  }

  evaluate(code: string, frame: number | undefined): Promise<EvaluatedInside> {
    return this.#watchdog.evaluate(code, { frame });
  }

  profile(durationMs: number): Promise<object> {
    return this.#watchdog.profile(durationMs);
  }
}
