import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";

const STANDARD_ERROR = 2;

/**
 * Writes to the process's standard error, past the main thread. A pipe that is full, since nobody reads it, is not waited for: it may be just what the main
 * thread is blocked by.
 *
 * @throws what Node throws where it cannot be written
 */
export function writeStandardError(text: string): void {
  if (!fstatSync(STANDARD_ERROR).isFIFO() || process.platform !== "linux") {
    writeSync(STANDARD_ERROR, text);
    return;
  }
  // Opened anew it does not wait, and the one that all share stays as it is.
  const descriptor = openSync(`/proc/self/fd/${STANDARD_ERROR}`, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}
