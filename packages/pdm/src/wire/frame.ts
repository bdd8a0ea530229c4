import { PdmError } from "../errors.js";
import type { InputBuffer } from "./input-buffer.js";

/** Bytes of a frame's header: the length of the body, big-endian and signed. */
export const FRAME_HEADER_BYTES = 4;

/** What came cannot be cut into messages any more; the connection is of no further use. */
export class FramingError extends PdmError {}

/**
 * The body of the next frame, a view that is valid until the buffer's next `append`; undefined while it is incomplete.
 *
 * @throws FramingError `ERR_PDM_FRAME` for a negative length and for one over `maxFrameBytes`, before the body has arrived.
 */
export function takeFrame(input: InputBuffer, maxFrameBytes: number): Buffer | undefined {
  const length = input.peekInt32();
  if (length === undefined) return undefined;
  if (length < 0) throw new FramingError("ERR_PDM_FRAME", `a frame announces a negative length, ${length}`);
  if (length > maxFrameBytes) {
    throw new FramingError(
      "ERR_PDM_FRAME",
      `a frame of ${length} bytes is over the limit of ${maxFrameBytes} (frameBytes)`,
    );
  }
  return input.take(FRAME_HEADER_BYTES + length, FRAME_HEADER_BYTES);
}

/** Writes the header into the first four bytes of `frame`, which hold room for it before the body. */
export function sealFrame(frame: Buffer): Buffer {
  frame.writeInt32BE(frame.length - FRAME_HEADER_BYTES, 0);
  return frame;
}
