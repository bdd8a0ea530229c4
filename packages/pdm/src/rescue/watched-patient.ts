import type { WatchdogClient } from "../client/watchdog.js";
import { RefusedError } from "../client/errors.js";
import type { WatchdogState } from "../client/watchdog-report.js";
import type { Diagnosis, ProcessState } from "../diagnosis/diagnosis.js";
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
    const heading = `Process ${this.pid}, by its watchdog`;
    try {
      // Of a state that this version does not know, the words are in the summary.
      const diagnosis = (await this.#watchdog.diagnose()) as Diagnosis;
      if (diagnosis.state !== "native" || diagnosis.stack.length > 0) return [{ thread: 0, heading, diagnosis }];
      const where = `From which functions the call was entered, its memory tells, on the machine where it runs: pdm-rescue ${this.pid} --no-signal`;
      const advice = [where, ...diagnosis.advice];
      return [{ thread: 0, heading, diagnosis: { ...diagnosis, advice }, isOutOfReach: true }];
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const diagnosis = describeState(await this.#watchdog.state(), error.message);
      return [{ thread: 0, heading, diagnosis, isOutOfReach: true }];
    }
  }

  evaluate(code: string, frame: number | undefined): Promise<EvaluatedInside> {
    return this.#watchdog.evaluate(code, { frame });
  }

  profile(durationMs: number): Promise<object> {
    return this.#watchdog.profile(durationMs);
  }
}

/** Whom the watchdog refuses to look, it still tells what it knows. */
function describeState({ isBlocked, blockedMs, report }: WatchdogState, refusal: string): Diagnosis {
  const details = [`To look at it now is refused: ${refusal}`];
  if (!isBlocked || report === null) {
    return { state: "idle", summary: "Its event loop turns.", details, stack: [], advice: [] };
  }
  const stack = report.frames.map((frame) => ({ ...frame, source: [], variables: [] }));
  details.unshift(
    `That was found when it began; by now its event loop has not turned for ${(blockedMs / 1_000).toFixed(1)} s.`,
  );
  return { state: report.state as ProcessState, summary: report.summary, details, stack, advice: [] };
}
