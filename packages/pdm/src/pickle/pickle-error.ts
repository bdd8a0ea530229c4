import { PdmError } from "../errors.js";
import type { Limits } from "../limits.js";

/** The limits that reading and writing a pickle obey; `replyBytes` and `replyObjects` bound what is written, `pickleMemo`,
 * `pickleMemoryBytes`, `pickleMs` and `stringBytes` what is read, the others both. */
export type PickleLimits = Pick<
  Limits,
  | "pickleDepth"
  | "pickleMemo"
  | "pickleMemoryBytes"
  | "pickleMs"
  | "stringBytes"
  | "integerBytes"
  | "replyBytes"
  | "replyObjects"
>;

/**
 * A pickle that could not be read, or a value that could not be written.
 *
 * Its `code` is one of
 * - `ERR_PDM_PICKLE`: the bytes are no pickle of protocols 0 to 5; the message names the byte;
 * - `ERR_PDM_PICKLE_LIMIT`: a limit was reached; the message names it;
 * - `ERR_PDM_PICKLE_FORBIDDEN`: well-formed, but refers to what only the sender has (extension codes, persistent ids,
 *   out-of-band buffers);
 * - `ERR_PDM_PICKLE_UNSUPPORTED`: a JavaScript value without a Python form; the message has the path to it and what to
 *   send instead.
 */
export class PickleError extends PdmError {}

/** The error for a limit that was reached; what came or went too large is said in `message`. */
export function limitError(limits: PickleLimits, limit: keyof PickleLimits, message: string): PickleError {
  return new PickleError("ERR_PDM_PICKLE_LIMIT", `${message}; limits.${limit} is ${limits[limit]}`);
}
