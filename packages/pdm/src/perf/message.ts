import type { Limits } from "../limits.js";
import { encodePickle } from "../pickle/encode.js";
import type { Tuple } from "../pickle/values.js";
import { FRAME_HEADER_BYTES, sealFrame } from "../wire/frame.js";
import { toPythonForm } from "./python-form.js";

/**
 * The frame that carries `message`: a reply or an event.
 *
 * @param plainTuples see {@link toPythonForm}
 * @throws PickleError for a value that cannot be sent, naming the place, and for one over the limits; whatever the
 * getters of a value throw passes through
 */
export function encodeMessage(message: Tuple, limits: Limits, plainTuples: boolean): Buffer {
  return sealFrame(
    encodePickle(message, {
      limits,
      headroom: FRAME_HEADER_BYTES,
      replace: (object) => toPythonForm(object, plainTuples),
    }),
  );
}
