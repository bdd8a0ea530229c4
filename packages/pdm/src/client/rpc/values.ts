import { decodeValue } from "../../json/decode.js";
import { encodeValue } from "../../json/encode.js";
import { JsonValueError } from "../../json/json-value-error.js";
import type { ClientLimits } from "../../limits.js";
import type { RemoteValueLimits } from "../request-options.js";

/**
 * The form of a value as JSON text, the whole of it.
 *
 * @param openStream the number of a stream that is sent beside the request; without it a stream is no value
 * @throws JsonValueError for what nests deeper than `limits.valueDepth` or is longer than `limits.frameBytes`
 */
export function encodeWhole(
  value: unknown,
  limits: ClientLimits,
  openStream?: (source: AsyncIterable<unknown>) => number,
): string {
  const { valueDepth, frameBytes } = limits;
  return encodeValue(value, {
    limits: { depth: valueDepth, items: Infinity, bytes: frameBytes },
    keep: () => {
      // A part would pass for the whole.
      throw new JsonValueError("value", `it nests over ${valueDepth} deep or has over ${frameBytes} bytes as JSON`);
    },
    ...(openStream && { openStream }),
  });
}

/** The value of a form. @throws JsonValueError for a form that is none or is over the limits */
export function decodeWhole(form: unknown, limits: ClientLimits, openStream?: (id: number) => unknown): unknown {
  if (form === null || typeof form !== "object") return form;
  const { valueDepth, valueNodes, valueMs } = limits;
  return decodeValue(form, {
    maxDepth: valueDepth,
    maxNodes: valueNodes,
    maxMs: valueMs,
    ...(openStream && { openStream }),
  });
}

/** `limits` as a member of a request's parameters; nothing where there are none. */
export function encodeLimits(limits: RemoteValueLimits | undefined): string {
  return limits === undefined ? "" : `,"limits":${JSON.stringify(limits)}`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LIST = 0x5b;
const OBJECT = 0x7b;

/**
 * Whether a JSON text has more lists and objects than `maxNodes`. Looks only at a text that is long enough for that, since
 * each takes two bytes.
 */
export function hasMoreNodes(text: Buffer, maxNodes: number): boolean {
  if (text.length <= maxNodes) return false;
  let nodes = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index];
    if (quoted) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) {
      quoted = true;
    } else if (byte === LIST || byte === OBJECT) {
      nodes += 1;
      if (nodes > maxNodes) return true;
    }
  }
  return false;
}
