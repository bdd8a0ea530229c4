import { closeSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import type { EvaluatedInside } from "../diagnosis/evaluate.js";
import { PdmError } from "../errors.js";

/** What one thread was found doing. */
export interface FoundThread {
  /** 0 for the main one. */
  readonly thread: number;
  /** What it is called above what was found. */
  readonly heading: string;
  readonly diagnosis: Diagnosis;
  /** Whether nothing can be evaluated or profiled there now. */
  readonly isOutOfReach?: boolean;
}

/** A process, by whatever way it is reached: what can be seen of it and done in it. */
export interface Patient {
  readonly pid: number;
  /** How a command line names it: by its process id, or by the socket of its watchdog. */
  readonly subject: string;
  diagnose(): Promise<readonly FoundThread[]>;
  /** Rejects with PdmError where that is not possible; what the expression throws is in what it returns. */
  evaluate(code: string, frame: number | undefined): Promise<EvaluatedInside>;
  /** What a `.cpuprofile` holds. */
  profile(durationMs: number): Promise<object>;
}

/**
 * Records a CPU profile into a file that is not there yet.
 *
 * @returns the file's path
 * @throws PdmError `ERR_PDM_OUTPUT` (rejects) where it cannot be written, or is there already: then nothing was recorded
 */
export async function writeProfile(
  patient: Patient,
  durationMs: number,
  path = `pdm-${patient.pid}.cpuprofile`,
): Promise<string> {
  const file = openOutput(path);
  try {
    writeFileSync(file, JSON.stringify(await patient.profile(durationMs)));
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
  return path;
}

function openOutput(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === "EEXIST" ? `${path} is there already; name another file with --output` : message;
    throw new PdmError("ERR_PDM_OUTPUT", reason, { cause });
  }
}
