import type { Connection } from "../session/connection.js";
import { AccessError } from "../session/access-error.js";
import { IncomingStream } from "./incoming-stream.js";
import { dropSource } from "../session/stream-source.js";
import type { StreamSource } from "../session/stream-source.js";
import { OutgoingStream } from "./outgoing-stream.js";
import { RpcError } from "./rpc-error.js";

/** What a stream costs us beside what waits in it. */
const STREAM_BYTES = 1_024;

/** The streams of one client, each known by a number that its sender chose. */
export class Streams {
  readonly #connection: Connection;
  readonly #outgoing = new Map<number, OutgoingStream>();
  readonly #incoming = new Map<number, IncomingStream>();
  #lastNumber = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sends what `source` gives, as far as the client grants. @throws RpcError `ERR_PDM_LIMIT` where there are too many streams */
  send(source: StreamSource, onEnd: () => void): OutgoingStream {
    try {
      this.#checkRoom();
    } catch (error) {
      void dropSource(source);
      throw error;
    }
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const stream = new OutgoingStream(this.#connection, number, source, () => {
      this.#forget(this.#outgoing, number);
      onEnd();
      // It may have been what a client that has ended its side is waited for.
      if (this.#connection.isPeerEnded) process.nextTick(() => this.#connection.resume());
    });
    this.#keep(this.#outgoing, number, stream);
    return stream;
  }

  /**
   * A stream that the client sends under a number of its own.
   *
   * @throws RpcError `ERR_PDM_LIMIT` where there are too many, `ERR_PDM_INVALID_ARGUMENT` where the number is in use
   */
  receive(number: number): IncomingStream {
    this.#checkRoom();
    if (this.#incoming.has(number)) {
      throw new RpcError("ERR_PDM_INVALID_ARGUMENT", `stream ${number} is in use: number each anew`, "stream");
    }
    const stream = new IncomingStream(this.#connection, number, () => this.#forget(this.#incoming, number));
    this.#keep(this.#incoming, number, stream);
    return stream;
  }

  /** The one that goes to the client under that number; undefined where it has ended, which the client cannot have known. */
  findOutgoing(number: number): OutgoingStream | undefined {
    return this.#outgoing.get(number);
  }

  /** The one that comes from the client under that number. */
  findIncoming(number: number): IncomingStream | undefined {
    return this.#incoming.get(number);
  }

  /** Whether one goes on by itself, since the client has granted it bytes. */
  get areSending(): boolean {
    return [...this.#outgoing.values()].some((stream) => stream.isSending);
  }

  /** The connection has room again. */
  resume(): void {
    for (const stream of this.#outgoing.values()) stream.resume();
  }

  release(): void {
    for (const stream of this.#outgoing.values()) stream.cancel();
    const reason = new AccessError("ERR_PDM_CANCELLED", "the client that sent the stream is gone");
    for (const stream of this.#incoming.values()) stream.abandon(reason);
  }

  #checkRoom(): void {
    const { streams } = this.#connection.limits;
    if (this.#outgoing.size + this.#incoming.size < streams) return;
    throw new RpcError("ERR_PDM_LIMIT", `there are ${streams} streams already (streams): end some`);
  }

  #keep<S>(all: Map<number, S>, number: number, stream: S): void {
    all.set(number, stream);
    this.#connection.account.charge(STREAM_BYTES);
  }

  #forget(all: Map<number, unknown>, number: number): void {
    if (all.delete(number)) this.#connection.account.charge(-STREAM_BYTES);
  }
}
