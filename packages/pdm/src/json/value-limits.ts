/** How much of a value is written. */
export interface ValueLimits {
  /** Containers within each other; what nests deeper is cut. 0: no container that holds anything. */
  readonly depth: number;
  /** Items or entries of each container, at least 1; the rest is cut. */
  readonly items: number;
  /** Bytes of the whole text in UTF-8; less than {@link MIN_VALUE_BYTES} counts as that. */
  readonly bytes: number;
}

/** A text of so many bytes always has room for something and for the marks of what is missing. */
export const MIN_VALUE_BYTES = 512;

/** How {@link encodeValue} writes. */
export interface EncodeOptions {
  readonly limits: ValueLimits;
  /**
   * Another value for an object, undefined for none. Asked for each object but plain ones and plain arrays; not for what
   * it gave itself. What it throws passes through.
   */
  readonly replace?: ((object: object) => unknown) | undefined;
  /**
   * Called for each cut: keeps what is missing, which is the value from an index on (0: the whole), for {@link encodeRest}.
   * Returns the handle's number, undefined where none can be kept. What it throws passes through.
   */
  readonly keep?: ((value: unknown, from: number) => number | undefined) | undefined;
  /** Called for each object with `Symbol.asyncIterator` that is no plain part of the value: returns the stream's number, undefined to write it as any other object. */
  readonly openStream?: ((source: AsyncIterable<unknown>) => number | undefined) | undefined;
}
