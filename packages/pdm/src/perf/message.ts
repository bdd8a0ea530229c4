import { DEFAULT_LIMITS } from "../limits.js";
import type { Limits } from "../limits.js";
import { encodePickle } from "../pickle/encode.js";
import { Tuple } from "../pickle/values.js";
import { FRAME_HEADER_BYTES, sealFrame } from "../wire/frame.js";
import { createException, createLossNotice, toPythonForm } from "./python-form.js";
import type { ObjectId } from "./request.js";

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

/** The frame of a failed reply, whatever was thrown. It has a bounded size of its own, beside the service's limits, and never throws. */
export function encodeFailure(error: unknown): Buffer {
  try {
    return encodeOwn(Tuple.of<unknown>("-", createException(error)));
  } catch {
    return encodeOwn(Tuple.of<unknown>("-", createException("the request failed, and why cannot be told")));
  }
}

/** The frame of the event that says how many before it were lost. Never throws. */
export function encodeLossNotice(id: ObjectId, lost: number): Buffer {
  return encodeOwn(Tuple.of<unknown>("*", id, createLossNotice(lost)));
}

/** For what this package says itself: of a known shape, so that limits set for a service's values do not apply. */
function encodeOwn(message: Tuple): Buffer {
  return sealFrame(encodePickle(message, { limits: DEFAULT_LIMITS, headroom: FRAME_HEADER_BYTES }));
}
