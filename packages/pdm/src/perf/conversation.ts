import { decodePickle } from "../pickle/decode.js";
import { Tuple } from "../pickle/values.js";
import type { Connection } from "../session/connection.js";
import type { Conversation, SubProtocol } from "../session/sub-protocol.js";
import { describeThrown } from "../warning.js";
import { takeFrame } from "../wire/frame.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import { Bindings } from "./bindings.js";
import type { Answer } from "./bindings.js";
import { PerfFault } from "./fault.js";
import { encodeFailure, encodeMessage } from "./message.js";
import { parseRequest } from "./request.js";

/** The sub-protocol `perf`: requests, replies and events, each one pickle in a frame. */
export const PERF: SubProtocol = { name: "perf", start: (connection) => new PerfConversation(connection) };

/** One request at a time, in order, each with exactly one reply; events at any time. */
class PerfConversation implements Conversation, Answer {
  busy = false;
  readonly #connection: Connection;
  readonly #bindings: Bindings;
  /** Whether the request being answered came in a protocol that only Python 2 sends by default. */
  #plainTuples = false;
  #released = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#bindings = new Bindings(connection);
  }

  process(input: InputBuffer): void {
    const { limits } = this.#connection;
    while (!this.busy && !this.#connection.congested) {
      let frame: Buffer | undefined;
      try {
        frame = takeFrame(input, limits.frameBytes);
      } catch (error) {
        this.#connection.fail(describeThrown(error));
        return;
      }
      if (frame === undefined) return;
      this.#answer(frame);
    }
  }

  farewell(reason: string): Buffer {
    return encodeFailure(new PerfFault("Exception", reason));
  }

  release(): void {
    this.#released = true;
    this.#bindings.release();
  }

  succeed(): void {
    this.#reply(encodeMessage(Tuple.of<unknown>("+"), this.#connection.limits, false));
  }

  succeedWith(value: unknown): void {
    let reply: Buffer;
    try {
      reply = encodeMessage(Tuple.of("+", value), this.#connection.limits, this.#plainTuples);
    } catch (error) {
      // The value cannot be sent: that is the request's failure.
      this.fail(new PerfFault("ValueError", describeThrown(error)));
      return;
    }
    this.#reply(reply);
  }

  fail(error: unknown): void {
    this.#reply(encodeFailure(error));
  }

  #answer(frame: Buffer): void {
    this.busy = true;
    this.#connection.session.costs.requests += 1;
    try {
      const { limits } = this.#connection;
      const { value, protocol, memoryBytes } = decodePickle(frame, { limits });
      this.#plainTuples = protocol === 0;
      this.#bindings.perform(parseRequest(value, limits), memoryBytes, this);
    } catch (error) {
      this.fail(error);
    }
  }

  #reply(reply: Buffer): void {
    this.busy = false;
    if (this.#released) return;
    this.#connection.send(reply);
    this.#connection.resume();
  }
}
