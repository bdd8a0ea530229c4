import { DEFAULT_LIMITS } from "../limits.js";
import { GraphWriter } from "./graph-writer.js";
import { OPCODE } from "./opcodes.js";
import { Output } from "./output.js";
import { PickleError, type PickleLimits } from "./pickle-error.js";

/** How {@link encodePickle} writes. */
export interface EncodeOptions {
  /** Default: those of {@link DEFAULT_LIMITS}. */
  limits?: PickleLimits;
  /** Zero bytes to leave at the beginning of the result, for the caller's own header. Default 0. */
  headroom?: number;
  /**
   * Called once for each object or function that has no form, such as the instance of a class: returns what to write in
   * its place, an Instance for example, or undefined to refuse it. What refers to the object then refers to that; so
   * cycles through it work. What it throws passes through.
   */
  replace?: (object: object) => unknown;
}

/**
 * Writes one pickle of protocol 2, which Python 2.7 and every Python 3 load.
 *
 * The value is taken in the forms that `docs/values.md` lists; cycles and shared references are kept. Getters of plain
 * objects run, and what they throw passes through. The buffer returned is the caller's.
 *
 * @throws PickleError `ERR_PDM_PICKLE_UNSUPPORTED` with the path to a value without a form and what to send instead;
 * `ERR_PDM_PICKLE_LIMIT`
 */
export function encodePickle(value: unknown, options?: EncodeOptions): Buffer {
  const limits = options?.limits ?? DEFAULT_LIMITS;
  const output = new Output(limits, options?.headroom ?? 0);
  output.opcode8(OPCODE.PROTO, 2);
  try {
    new GraphWriter(output, limits, options?.replace).write(value);
  } catch (error) {
    // The limit may be set higher than the stack reaches, or little of the stack be left.
    if (!(error instanceof RangeError) || !error.message.includes("call stack")) throw error;
    const message = "The value nests containers too deep for the stack; set limits.pickleDepth lower";
    throw new PickleError("ERR_PDM_PICKLE_LIMIT", message, { cause: error });
  }
  output.opcode(OPCODE.STOP);
  return output.finish();
}
