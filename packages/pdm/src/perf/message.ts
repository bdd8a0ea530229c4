import { DEFAULT_LIMITS } from "../limits.js";
import type { Limits } from "../limits.js";
import { encodePickle } from "../pickle/encode.js";
import { OPCODE } from "../pickle/opcodes.js";
import { Tuple } from "../pickle/values.js";
import { FRAME_HEADER_BYTES, sealFrame } from "../wire/frame.js";
import { createEvent, createException, createLossNotice, toPythonForm } from "./python-form.js";
import type { ObjectId } from "./request.js";

/** A pickle begins with the number of its protocol, and ends with `STOP`. */
const BEGIN_BYTES = 2;
const END_BYTES = 1;
const END_OF_TRIPLE = Uint8Array.of(OPCODE.TUPLE3, OPCODE.STOP);

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

/**
 * What the frames of all events of one subscription begin with: the header's room, and all of the message that comes before
 * the event.
 */
export function encodeEventHead(id: ObjectId): Buffer {
  const star = encodePickle("*", { headroom: FRAME_HEADER_BYTES }).subarray(0, -END_BYTES);
  return Buffer.concat([star, encodePickle(id).subarray(BEGIN_BYTES, -END_BYTES)]);
}

/**
 * The event as it stands in a frame, the same for all subscriptions: its pickle without begin and end. Nothing in it refers
 * to what comes before, so that it can be put anywhere.
 *
 * @throws as {@link encodeMessage} does
 */
export function encodeEventBody(event: unknown, limits: Limits): Buffer {
  const pickle = encodePickle(createEvent(event), { limits, replace: (object) => toPythonForm(object, false) });
  return pickle.subarray(BEGIN_BYTES, -END_BYTES);
}

/** The frame of one event to one subscription. */
export function joinEventFrame(head: Buffer, body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(head.length + body.length + END_OF_TRIPLE.length);
  head.copy(frame);
  body.copy(frame, head.length);
  frame.set(END_OF_TRIPLE, head.length + body.length);
  return sealFrame(frame);
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
