import type { DecodedValue } from "../json/decode.js";
import { AccessError } from "../session/access-error.js";
import type { Connection } from "../session/connection.js";
import { encodeNotification } from "./message.js";
import { RpcError } from "./rpc-error.js";

interface Piece {
  readonly value: unknown;
  /** Of its line. */
  readonly bytes: number;
  /** What it holds, estimated. */
  readonly memoryBytes: number;
}

/**
 * What a client sends piece by piece as an argument; the operation iterates over it, once. The client is granted
 * `streamWindowBytes` when the operation begins to read, and as many more as were read: so no more than these wait here.
 */
export class IncomingStream implements AsyncIterableIterator<unknown, undefined> {
  readonly #connection: Connection;
  readonly #number: number;
  readonly #onEnd: () => void;
  #pieces: Piece[] = [];
  #waiting: (() => void)[] = [];
  #hasBegun = false;
  /** Bytes that the client may still send; the last piece may go over them. */
  #grantedBytes = 0;
  /** Bytes that were read and not granted again. */
  #readBytes = 0;
  #ended: { readonly error?: unknown } | undefined;

  constructor(connection: Connection, number: number, onEnd: () => void) {
    this.#connection = connection;
    this.#number = number;
    this.#onEnd = onEnd;
  }

  /** A piece came. @throws RpcError `ERR_PDM_LIMIT` where it is more than was granted */
  push({ value, memoryBytes }: DecodedValue, bytes: number): void {
    if (this.#ended !== undefined) return;
    if (this.#grantedBytes <= 0) {
      throw new RpcError("ERR_PDM_LIMIT", `stream ${this.#number} was sent more than was granted (stream.credit)`);
    }
    this.#grantedBytes -= bytes;
    this.#connection.account.charge(memoryBytes);
    this.#pieces.push({ value, bytes, memoryBytes });
    this.#waiting.shift()?.();
  }

  /** The client has no more, or failed. What came can still be read. */
  end(error?: unknown): void {
    this.#finish(error === undefined ? {} : { error });
  }

  /** The connection is gone, or the call over: nothing is kept. */
  abandon(reason: unknown): void {
    this.#drop();
    this.#finish({ error: reason });
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    while (this.#pieces.length === 0 && this.#ended === undefined) {
      // Later it is granted when half of the window was read: what is left of it is enough until then.
      if (!this.#hasBegun) this.#grant();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      this.#connection.account.charge(-piece.memoryBytes);
      this.#readBytes += piece.bytes;
      if (this.#readBytes * 2 >= this.#connection.limits.streamWindowBytes) this.#grant();
      return { done: false, value: piece.value };
    }
    if (this.#ended !== undefined && "error" in this.#ended) {
      const { error } = this.#ended;
      this.#ended = {};
      throw error;
    }
    return { done: true, value: undefined };
  }

  /** The operation has read enough: the client is told to stop. */
  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.#stop({});
    return { done: true, value: undefined };
  }

  /** The call is over: the client is told to stop, unless it has ended. Whoever still reads must not take that for the end. */
  stop(): void {
    this.#stop({
      error: new AccessError("ERR_PDM_CANCELLED", "nobody waits for the call any more that the stream is for"),
    });
  }

  #stop(end: { readonly error?: unknown }): void {
    this.#drop();
    if (this.#ended === undefined) {
      this.#connection.send(encodeNotification("stream.cancel", `{"stream":${this.#number}}`));
    }
    this.#finish(end);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #grant(): void {
    const bytes = this.#hasBegun ? this.#readBytes : this.#connection.limits.streamWindowBytes;
    if (bytes === 0 || this.#ended !== undefined) return;
    this.#hasBegun = true;
    this.#readBytes = 0;
    this.#grantedBytes += bytes;
    this.#connection.send(encodeNotification("stream.credit", `{"stream":${this.#number},"bytes":${bytes}}`));
  }

  #drop(): void {
    for (const { memoryBytes } of this.#pieces) this.#connection.account.charge(-memoryBytes);
    this.#pieces = [];
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#ended !== undefined) return;
    this.#ended = end;
    for (const wake of this.#waiting.splice(0)) wake();
    this.#onEnd();
  }
}
