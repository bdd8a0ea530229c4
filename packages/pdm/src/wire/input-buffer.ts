const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Bytes that arrived and were not yet taken, in one piece.
 *
 * A chunk that comes while nothing waits is used where it lies, so that whole messages are parsed without a copy;
 * only what is left over is copied, into memory of about its own size. It grows with what has really arrived, never
 * with what a length field announces.
 */
export class InputBuffer {
  #bytes: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  #owned = false;
  /** How far `takeUntil` has searched in vain: a slow sender must not make every byte a new search from the start. */
  #searched = 0;

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Bytes of memory that the buffer keeps alive. */
  get heldBytes(): number {
    return this.#bytes.length;
  }

  /** Adds `chunk`, which must not be changed afterwards. What `take…` returned before is invalid from now on. */
  append(chunk: Buffer): void {
    if (this.#start === this.#end) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    if (!this.#owned || this.#end + chunk.length > this.#bytes.length) this.#move(this.length + chunk.length);
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  /** The number in the first four bytes, big-endian and signed, without taking them; undefined where fewer wait. */
  peekInt32(): number | undefined {
    return this.length < 4 ? undefined : this.#bytes.readInt32BE(this.#start);
  }

  /**
   * Takes the first `count` bytes, or none and returns undefined where fewer wait.
   *
   * @param skipped so many of them are left out of what is returned, a view that is valid until the next `append`
   */
  take(count: number, skipped: number = 0): Buffer | undefined {
    if (this.length < count) return undefined;
    const taken = this.#bytes.subarray(this.#start + skipped, this.#start + count);
    this.#advance(count);
    return taken;
  }

  /** The bytes before `delimiter`, which is taken too; undefined where it has not arrived. One buffer, one delimiter at a time. */
  takeUntil(delimiter: string): Buffer | undefined {
    const from = this.#start + Math.max(0, this.#searched - delimiter.length + 1);
    const found = this.#bytes.subarray(0, this.#end).indexOf(delimiter, from, "latin1");
    if (found === -1) {
      this.#searched = this.length;
      return undefined;
    }
    const taken = this.#bytes.subarray(this.#start, found);
    this.#advance(taken.length + delimiter.length);
    return taken;
  }

  /** Lets go of chunks and memory that only taken bytes needed. Call it when nothing more can be taken for now. */
  compact(): void {
    if (this.length === 0) this.clear();
    else if (!this.#owned || this.#start > 0) this.#move(this.length);
  }

  /** Drops everything. */
  clear(): void {
    this.#bytes = EMPTY;
    this.#start = this.#end = this.#searched = 0;
    this.#owned = false;
  }

  #advance(count: number): void {
    this.#start += count;
    this.#searched = 0;
  }

  /** Moves what waits into memory of its own, at least `capacity` bytes; doubling keeps many small appends linear. */
  #move(capacity: number): void {
    const grown = this.#owned && capacity > this.#bytes.length ? this.#bytes.length * 2 : 0;
    const bytes = Buffer.allocUnsafeSlow(Math.max(capacity, grown));
    const length = this.#bytes.copy(bytes, 0, this.#start, this.#end);
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = length;
    this.#owned = true;
  }
}
