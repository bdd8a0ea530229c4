import { ValueReader } from "./value-reader.js";

/** How {@link decodeValue} reads. */
export interface DecodeOptions {
  /** Containers within each other that hold something. */
  readonly maxDepth: number;
  /** Values, parts and names together. Default: as many as the form has. */
  readonly maxNodes?: number | undefined;
  /** Milliseconds, by the clock and in processor time, that a form with regular expressions, or whose Maps and Sets have more than 256 keys, may take. Default: as long as it takes. */
  readonly maxMs?: number | undefined;
  /** Gives what a stream's number stands for; without it a stream is refused. What it throws passes through. */
  readonly openStream?: ((id: number) => unknown) | undefined;
  /** Refuses what was cut: what was not read whole cannot be written back. Default false. */
  readonly refuseCuts?: boolean | undefined;
}

/**
 * The value of a form as `JSON.parse` gave it: the inverse of {@link encodeValue}.
 *
 * The form is used up: what is plain in it is the value, without a copy. Nothing of it is run, and `__proto__` is a name
 * like any other. An instance of a class is a plain object ({@link classNameOf} says of which), a function or symbol a
 * {@link Placeholder}, what was cut a {@link Cut} or something that {@link findCut} knows.
 *
 * New forms begin with a `$` and a name that is not known here, and are refused as such: so whoever adds one may send it
 * only to a peer that has named it among its capabilities. What does not begin with a `$` stays what it is.
 *
 * @throws JsonValueError `ERR_PDM_VALUE` that names the place: for an unknown or malformed form, a reference to nothing,
 * and what is over a limit. The form is then in no use.
 */
export function decodeValue(form: unknown, options: DecodeOptions): unknown {
  return typeof form === "object" && form !== null ? new ValueReader(options).read(form) : form;
}

/** What {@link decodeMeasured} gives. */
export interface DecodedValue {
  readonly value: unknown;
  /** Estimated memory that holding the value costs, rather too high than too low. */
  readonly memoryBytes: number;
}

/** As {@link decodeValue}, and says what the value costs. */
export function decodeMeasured(form: unknown, options: DecodeOptions): DecodedValue {
  const reader = new ValueReader(options);
  const value = reader.read(form);
  return { value, memoryBytes: reader.memoryBytes };
}
