import type { Connection } from "../session/connection.js";
import { dropSource } from "../session/stream-source.js";
import type { StreamSource } from "../session/stream-source.js";
import { describeError, encodeNotification } from "./message.js";
import { RpcError } from "./rpc-error.js";
import { Turn } from "./turn.js";
import { encodeAlone, limitValue } from "./value-text.js";

/** Bytes of one piece of binary data; a longer one is split. Its line is what Node can write without memory of its own, 16 KiB. */
const PIECE_BYTES = 12_000;

/**
 * What an operation gives piece by piece, on its way to the client. Nothing is asked of the source before the client has
 * granted bytes, and nothing more once they are used up: the last line may go over what was granted, and is made good first.
 */
export class OutgoingStream {
  readonly number: number;
  readonly #connection: Connection;
  readonly #onEnd: () => void;
  readonly #source: StreamSource;
  readonly #iterator: AsyncIterator<unknown>;
  #creditBytes = 0;
  /** What the source gave and was not sent yet. */
  #rest: Uint8Array | undefined;
  #isRunning = false;
  #isOver = false;
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param onEnd called once: at the source's end, when it failed, and when the client lets go of it */
  constructor(connection: Connection, number: number, source: StreamSource, onEnd: () => void) {
    this.number = number;
    this.#connection = connection;
    this.#onEnd = onEnd;
    this.#source = source;
    this.#iterator = source[Symbol.asyncIterator]();
    // One of Node's streams that fails before it is read would end the process.
    source.on?.("error", () => undefined);
    this.#watchIdle();
  }

  /** Whether it goes on without another word of the client. */
  get isSending(): boolean {
    return !this.#isOver && this.#creditBytes > 0;
  }

  /** The client takes so many bytes more. */
  grant(bytes: number): void {
    this.#creditBytes = Math.min(this.#creditBytes + bytes, Number.MAX_SAFE_INTEGER);
    this.resume();
  }

  /** The same; nothing is asked of the source before what is said now is on its way. */
  grantSoon(bytes: number): void {
    this.#creditBytes += bytes;
    process.nextTick(() => this.resume());
  }

  /** The connection has room again, or there is more credit. */
  resume(): void {
    if (this.#isRunning || this.#isOver || this.#creditBytes <= 0 || this.#connection.congested) return;
    this.#isRunning = true;
    clearTimeout(this.#idleTimer);
    void this.#run();
  }

  /** Nobody wants it any more: the source is told, as a loop that is left early tells it. */
  cancel(): void {
    if (!this.#end()) return;
    void dropSource(this.#source, this.#iterator);
  }

  async #run(): Promise<void> {
    try {
      const turn = new Turn(this.#connection.limits.turnMs);
      while (!this.#isOver && this.#creditBytes > 0 && !this.#connection.congested) {
        if (turn.isSpent) {
          await turn.next();
          if (this.#isOver || this.#connection.congested) break;
        }
        const piece = this.#takeRest() ?? (await this.#takeNext());
        if (piece === undefined) break;
        this.#send(piece.value);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#isRunning = false;
    if (this.#connection.isPeerEnded) this.#connection.resume();
    if (this.#isOver) return;
    this.#watchIdle();
    // Either may have come while the source was waited for.
    this.resume();
  }

  async #takeNext(): Promise<{ readonly value: unknown } | undefined> {
    const { done, value } = await this.#iterator.next();
    if (this.#isOver) return undefined;
    if (done === true) {
      this.#connection.send(encodeNotification("stream.end", `{"stream":${this.number}}`));
      this.#end();
      return undefined;
    }
    if (!(value instanceof Uint8Array) || value.length <= PIECE_BYTES) return { value };
    this.#rest = value;
    return this.#takeRest();
  }

  #takeRest(): { readonly value: unknown } | undefined {
    const rest = this.#rest;
    if (rest === undefined) return undefined;
    this.#rest = rest.length > PIECE_BYTES ? rest.subarray(PIECE_BYTES) : undefined;
    return { value: rest.subarray(0, PIECE_BYTES) };
  }

  #send(value: unknown): void {
    const data = encodeAlone(value, limitValue(this.#connection.limits));
    const line = encodeNotification("stream.data", `{"stream":${this.number},"data":${data}}`);
    this.#creditBytes -= Buffer.byteLength(line);
    this.#connection.send(line);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    const params = `{"stream":${this.number},"error":${describeError(error)}}`;
    this.#connection.send(encodeNotification("stream.error", params));
    this.cancel();
  }

  #watchIdle(): void {
    const { streamIdleMs } = this.#connection.limits;
    this.#idleTimer = setTimeout(() => {
      this.#fail(
        new RpcError("ERR_PDM_LIMIT", `nothing was taken of the stream for ${streamIdleMs} ms (streamIdleMs)`),
      );
    }, streamIdleMs).unref();
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#rest = undefined;
    clearTimeout(this.#idleTimer);
    this.#onEnd();
    return true;
  }
}
