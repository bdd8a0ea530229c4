import { ProtocolError, TooManyRequestsError } from "../errors.js";
import type { ClientConnection } from "../connection.js";
import { RemoteStream } from "../remote-stream.js";
import { OutgoingStream } from "./outgoing-stream.js";
import { encodeWhole } from "./values.js";

/** The streams of one connection, each known by a number that its sender chose. */
export class RpcStreams {
  readonly #connection: ClientConnection;
  readonly #incoming = new Map<number, RemoteStream>();
  readonly #outgoing = new Map<number, OutgoingStream>();
  #lastNumber = 0;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
  }

  /** The stream that the server sends under that number. @throws ProtocolError, TooManyRequestsError where there are too many */
  receive(number: number): RemoteStream {
    if (this.#incoming.has(number)) {
      throw new ProtocolError(`the other side gave two streams the number ${number}`);
    }
    const { streams, streamWindowBytes } = this.#connection.limits;
    if (this.#incoming.size >= streams) {
      this.#notify("stream.cancel", `"stream":${number}`);
      throw new TooManyRequestsError(`${streams} streams are open already (limits.streams)`);
    }
    const control = {
      grant: (bytes: number) => this.#notify("stream.credit", `"stream":${number},"bytes":${bytes}`),
      cancel: () => {
        this.#incoming.delete(number);
        this.#notify("stream.cancel", `"stream":${number}`);
      },
    };
    const stream = new RemoteStream(control, streamWindowBytes);
    this.#incoming.set(number, stream);
    return stream;
  }

  /** A stream that is sent as an argument. @throws TooManyRequestsError where there are too many */
  send(source: AsyncIterable<unknown>): OutgoingStream {
    const { limits } = this.#connection;
    if (this.#outgoing.size >= limits.streams) {
      throw new TooManyRequestsError(`${limits.streams} streams are being sent already (limits.streams)`);
    }
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const stream = new OutgoingStream({
      number,
      source,
      connection: this.#connection,
      encode: (piece) => encodeWhole(piece, limits),
      onEnd: () => this.#outgoing.delete(number),
    });
    this.#outgoing.set(number, stream);
    return stream;
  }

  /** The one that comes under that number; undefined where it has ended, which the server cannot have known. */
  findIncoming(number: unknown): RemoteStream | undefined {
    return this.#incoming.get(number as number);
  }

  /** The one that is sent under that number. */
  findOutgoing(number: unknown): OutgoingStream | undefined {
    return this.#outgoing.get(number as number);
  }

  /** The server has ended it. */
  end(number: unknown, makeError?: () => unknown): void {
    const stream = this.findIncoming(number);
    this.#incoming.delete(number as number);
    stream?.end(makeError);
  }

  lose(makeError: () => unknown): void {
    for (const stream of this.#incoming.values()) stream.end(makeError);
    this.#incoming.clear();
    for (const stream of this.#outgoing.values()) stream.cancel();
  }

  #notify(method: string, members: string): void {
    this.#connection.sendText(`{"jsonrpc":"2.0","method":"${method}","params":{${members}}}\n`);
  }
}
