import type { Connection } from "../session/connection.js";
import type { Conversation, SubProtocol } from "../session/sub-protocol.js";
import { decodePickle } from "../pickle/decode.js";
import { Tuple } from "../pickle/values.js";
import { takeFrame } from "../wire/frame.js";
import type { InputBuffer } from "../wire/input-buffer.js";
import { Bindings } from "./bindings.js";
import type { Answer } from "./bindings.js";
import { PerfFault } from "./fault.js";
import { encodeMessage } from "./message.js";
import { createException } from "./python-form.js";
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
        this.#connection.fail(error instanceof Error ? error.message : String(error));
        return;
      }
      if (frame === undefined) return;
      this.#answer(frame);
    }
  }

  farewell(reason: string): Buffer {
    return encodeMessage(
      Tuple.of<unknown>("-", createException(new PerfFault("Exception", reason))),
      this.#connection.limits,
      true,
    );
  }

  release(): void {
    this.#released = true;
    this.#bindings.release();
  }

  succeed(...items: unknown[]): void {
    let reply: Buffer;
    try {
      reply = encodeMessage(Tuple.of<unknown>("+", ...items), this.#connection.limits, this.#plainTuples);
    } catch (error) {
      // The value cannot be sent: that is the request's failure.
      this.fail(new PerfFault("ValueError", error instanceof Error ? error.message : "the value cannot be sent"));
      return;
    }
    this.#reply(reply);
  }

  fail(error: unknown): void {
    this.#reply(
      encodeMessage(Tuple.of<unknown>("-", createException(error)), this.#connection.limits, this.#plainTuples),
    );
  }

  #answer(frame: Buffer): void {
    this.busy = true;
    let memoryBytes = 0;
    try {
      const pickle = decodePickle(frame, { limits: this.#connection.limits });
      this.#plainTuples = pickle.protocol === 0;
      memoryBytes = pickle.memoryBytes;
      this.#bindings.perform(parseRequest(pickle.value), this);
    } catch (error) {
      this.fail(error);
    }
    // A pending request keeps its arguments alive.
    if (this.busy) this.#holdWhilePending(memoryBytes);
  }

  #heldBytes = 0;

  #holdWhilePending(bytes: number): void {
    this.#heldBytes = bytes;
    this.#connection.account.charge(bytes);
  }

  #reply(reply: Buffer): void {
    this.busy = false;
    if (this.#released) return;
    this.#connection.send(reply);
    if (this.#heldBytes > 0) {
      this.#connection.account.charge(-this.#heldBytes);
      this.#heldBytes = 0;
    }
    this.#connection.resume();
  }
}
