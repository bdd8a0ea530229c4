import { ProtocolError } from "./errors.js";
import { Fifo } from "./fifo.js";

/** What a {@link RemoteStream} tells the other side. */
export interface StreamControl {
  /** Takes so many bytes more. */
  grant(bytes: number): void;
  /** Wants no more. */
  cancel(): void;
}

interface Piece {
  readonly value: unknown;
  readonly bytes: number;
}

/**
 * What an operation gives piece by piece: `for await (const piece of stream)`, once. Pieces are `Uint8Array`s of any size where
 * the operation gives bytes, else values.
 *
 * Nothing is sent before it is read, and never more than `limits.streamWindowBytes` ahead of its reader, however long it is.
 * Leaving the loop, or `cancel()`, tells the operation to stop. The loop throws what the operation failed with (RemoteError),
 * and ConnectionLostError. `Readable.from(stream)` makes a stream of Node's of it.
 */
export class RemoteStream implements AsyncIterableIterator<unknown, undefined> {
  readonly #control: StreamControl;
  readonly #windowBytes: number;
  readonly #pieces = new Fifo<Piece>();
  readonly #readers = new Fifo<() => void>();
  /** Bytes that the other side may still send; the last piece may go over them. */
  #grantedBytes = 0;
  /** Bytes that were read and not granted again. */
  #readBytes: number;
  #open = true;
  #makeError: (() => unknown) | undefined;

  /** @internal */
  constructor(control: StreamControl, windowBytes: number) {
    this.#control = control;
    this.#windowBytes = windowBytes;
    this.#readBytes = windowBytes;
  }

  /** The next piece, when it comes. Several calls may wait at once; they are served in order. */
  async next(): Promise<IteratorResult<unknown, undefined>> {
    this.#grant();
    while (this.#open && this.#pieces.length === 0) {
      await new Promise<void>((resolve) => this.#readers.push(resolve));
    }
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      this.#readBytes += piece.bytes;
      this.#grant();
      return { done: false, value: piece.value };
    }
    const makeError = this.#makeError;
    this.#makeError = undefined;
    if (makeError !== undefined) throw makeError();
    return { done: true, value: undefined };
  }

  /** Reads no more: what came and was not read is dropped, and the operation is told to stop. May be called again. */
  cancel(): void {
    this.#pieces.clear();
    if (!this.#open) return;
    this.#close();
    this.#control.cancel();
  }

  /** What `for await` calls when it is left early: cancels. */
  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.cancel();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Cancels. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
  }

  /** @internal @throws ProtocolError where it is more than was granted */
  push(value: unknown, bytes: number): void {
    if (!this.#open) return;
    if (this.#grantedBytes <= 0) throw new ProtocolError("the other side sent more of a stream than it was granted");
    this.#grantedBytes -= bytes;
    this.#pieces.push({ value, bytes });
    this.#readers.shift()?.();
  }

  /** @internal The other side has no more; what came can still be read, and then, where there is one, the error. */
  end(makeError?: () => unknown): void {
    if (!this.#open) return;
    this.#makeError = makeError;
    this.#close();
  }

  /** In portions: a message for each piece would cost as much as the piece. */
  #grant(): void {
    if (!this.#open || this.#readBytes * 2 < this.#windowBytes) return;
    this.#grantedBytes += this.#readBytes;
    this.#control.grant(this.#readBytes);
    this.#readBytes = 0;
  }

  #close(): void {
    this.#open = false;
    for (const wake of this.#readers.drain()) wake();
  }
}
