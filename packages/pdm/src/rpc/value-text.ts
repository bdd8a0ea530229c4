import { encodeRest, encodeValue } from "../json/encode.js";
import type { ValueLimits } from "../json/encode.js";
import { decodeMeasured } from "../json/decode.js";
import type { DecodedValue } from "../json/decode.js";
import { JsonValueError } from "../json/json-value-error.js";
import type { Limits } from "../limits.js";
import { isStructSequence } from "../objects/struct-sequence.js";
import type { KeepRest } from "./handles.js";
import type { Peer } from "./peer.js";
import { RpcError } from "./rpc-error.js";

/** The mark of the classes that stand for Python's values, whichever copy of this package made them. */
const PICKLE_FORM = Symbol.for("pdm.pickle.form");

/** What a client may ask of a value's size; each at most this server's own. */
export type WantedLimits = Partial<ValueLimits> | undefined;

/** What the form of a value is bound by. */
export function limitValue(own: Limits, wanted?: WantedLimits, maxBytes: number = own.replyBytes): ValueLimits {
  return {
    depth: Math.min(wanted?.depth ?? own.valueDepth, own.valueDepth),
    items: Math.min(wanted?.items ?? own.valueItems, own.valueItems),
    bytes: Math.min(wanted?.bytes ?? own.replyBytes, own.replyBytes, maxBytes),
  };
}

/**
 * The text of a value for one client, which can fetch what was cut. What the value's getters throw passes through.
 *
 * @param keep the same for all values of one reply
 */
export function encodeFor(
  peer: Peer,
  value: unknown,
  limits: ValueLimits,
  keep: KeepRest = peer.handles.beginReply(),
): string {
  return encodeValue(value, { limits, replace: replaceObject, keep });
}

/** The text of the rest of a value, from an index on. */
export function encodeRestFor(peer: Peer, value: unknown, from: number, limits: ValueLimits): string {
  return encodeRest(value, from, {
    limits,
    replace: replaceObject,
    keep: peer.handles.beginReply(),
  });
}

/** The text of a value for nobody in particular: what was cut is lost. */
export function encodeAlone(value: unknown, limits: ValueLimits): string {
  return encodeValue(value, { limits, replace: replaceObject });
}

function refuseCut(): never {
  throw new RpcError("ERR_PDM_LIMIT", "the value is too large to be compared");
}

/** The whole text, to compare it with another. @throws RpcError `ERR_PDM_LIMIT` where it would be cut */
export function encodeWhole(value: unknown, limits: ValueLimits): string {
  return encodeValue(value, { limits, replace: replaceObject, keep: refuseCut });
}

/** Objects of this package that travel as something simpler. */
function replaceObject(object: object): unknown {
  if (isStructSequence(object)) return object.fields;
  if ((object as { [PICKLE_FORM]?: unknown })[PICKLE_FORM] === "float") return Number(object);
  return undefined;
}

/**
 * The value that a form in a request stands for.
 *
 * @param openStream gives what a stream's number stands for; without it there are none
 * @throws RpcError `ERR_PDM_INVALID_ARGUMENT`, naming the parameter and the place in it
 */
export function decodeFor(
  own: Limits,
  form: unknown,
  parameter: string,
  openStream?: (number: number) => unknown,
): DecodedValue {
  const { valueDepth, valueNodes, valueMs } = own;
  try {
    return decodeMeasured(form, {
      maxDepth: valueDepth,
      maxNodes: valueNodes,
      maxMs: valueMs,
      openStream,
      refuseCuts: true,
    });
  } catch (error) {
    if (!(error instanceof JsonValueError)) throw error;
    throw new RpcError("ERR_PDM_INVALID_ARGUMENT", `${parameter}: ${error.message}`, parameter);
  }
}
