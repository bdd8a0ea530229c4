import { decodePickle, type DecodeOptions } from "../../pickle/decode.js";
import { encodePickle, type EncodeOptions } from "../../pickle/encode.js";
import type { Tuple } from "../../pickle/values.js";
import { FRAME_HEADER_BYTES, sealFrame, takeFrame } from "../../wire/frame.js";
import type { InputBuffer } from "../../wire/input-buffer.js";
import type { ClientConnection, ClientConversation } from "../connection.js";
import { ProtocolError, RequestTimeoutError, TooManyRequestsError } from "../errors.js";
import { Fifo } from "../fifo.js";
import { createRemoteError, describeException, type RequestDescription } from "./failure.js";
import { Waiter, type Outcome, type Receiver, type RequestOptions } from "../waiter.js";

/** What takes the events of one id. */
export interface EventSink {
  /** @param memoryBytes estimate of the memory that the event holds */
  receive(event: unknown, memoryBytes: number): void;
  /** The connection is gone. */
  lose(): void;
}

interface PendingRequest {
  readonly request: RequestDescription;
  readonly receiver: Receiver<unknown>;
}

/** What lets go is answered like any other request; the answer is of interest to nobody. */
const DISMISSAL: RequestDescription = { kind: "unbind", target: "" };

/** The largest pickle that a frame's signed length can announce. */
const MAX_PICKLE_BYTES = 2_147_483_647;

/**
 * The client's side of `perf`: requests go out in order, and since replies come in that order, each belongs to the request
 * that waited longest. One whose sender gave up keeps its place, so that its late reply meets nobody else.
 */
export class PerfChannel implements ClientConversation {
  readonly connection: ClientConnection;
  readonly #requestTimeoutMs: number;
  readonly #encoding: EncodeOptions;
  readonly #decoding: DecodeOptions;
  readonly #pending = new Fifo<PendingRequest>();
  readonly #sinks = new Map<number, EventSink>();
  #lastId = 0;

  constructor(connection: ClientConnection, requestTimeoutMs: number, exactFloats: boolean) {
    this.connection = connection;
    this.#requestTimeoutMs = requestTimeoutMs;
    // The size of a request is checked here, by the name that the limit has here.
    const limits = { ...connection.limits, replyBytes: MAX_PICKLE_BYTES, replyObjects: connection.limits.pickleMemo };
    this.#encoding = { limits, headroom: FRAME_HEADER_BYTES };
    this.#decoding = { limits, exactFloats };
    connection.converse(this);
  }

  /** An id that this connection has not used yet. */
  allocateId(): number {
    return ++this.#lastId;
  }

  /** Someone who waits for what that request brings. */
  createWaiter<T>(options: RequestOptions, { kind, target, method }: RequestDescription): Waiter<T> {
    const { spec, deadlines } = this.connection;
    return new Waiter<T>(options, this.#requestTimeoutMs, deadlines, (timeoutMs) => {
      const what = `${method ?? kind} of ${target}`;
      return new RequestTimeoutError(
        `no reply from ${spec} to ${what} within ${timeoutMs} ms; it may still be carried out`,
      );
    });
  }

  /** Sends a request and waits for its reply. */
  request(message: Tuple, request: RequestDescription, options: RequestOptions): Promise<Outcome<unknown>> {
    const waiter = this.createWaiter<unknown>(options, request);
    if (!waiter.settled) this.submit(message, request, waiter);
    return waiter.outcome;
  }

  /**
   * Sends a request whose outcome goes to `receiver`, whenever it comes: at once, with PickleError, TooManyRequestsError
   * or ConnectionLostError, where it could not be sent.
   */
  submit(message: Tuple, request: RequestDescription, receiver: Receiver<unknown>): void {
    try {
      this.connection.checkWritable();
      this.#checkPending();
      this.#send(message, { request, receiver });
    } catch (error) {
      receiver.settle({ kind: "failed", makeError: () => error });
    }
  }

  /** Sends a request that lets go of something: whatever waits already, and nobody waits for its reply. */
  dismiss(message: Tuple, onReply?: () => void): void {
    if (this.connection.isOpen) this.#send(message, { request: DISMISSAL, receiver: { settle: () => onReply?.() } });
  }

  /** From now on the events of that id go to `sink`. */
  listen(id: number, sink: EventSink): void {
    this.#sinks.set(id, sink);
  }

  /** No more events of that id. */
  unlisten(id: number): void {
    this.#sinks.delete(id);
  }

  receive(input: InputBuffer): void {
    for (;;) {
      const frame = takeFrame(input, this.connection.limits.frameBytes);
      if (frame === undefined) return;
      this.#accept(frame);
    }
  }

  lose(): void {
    const outcome: Outcome<never> = { kind: "failed", makeError: () => this.connection.makeLostError() };
    for (const { receiver } of this.#pending.drain()) receiver.settle(outcome);
    for (const sink of this.#sinks.values()) sink.lose();
    this.#sinks.clear();
  }

  #checkPending(): void {
    const { pendingRequests } = this.connection.limits;
    if (this.#pending.length < pendingRequests) return;
    throw new TooManyRequestsError(
      `${pendingRequests} requests wait for ${this.connection.spec} already (limits.pendingRequests); this one was not sent`,
    );
  }

  #send(message: Tuple, pending: PendingRequest): void {
    const frame = encodePickle(message, this.#encoding);
    const { frameBytes } = this.connection.limits;
    if (frame.length - FRAME_HEADER_BYTES > frameBytes) {
      throw new ProtocolError(
        `the request has ${frame.length} bytes, over limits.frameBytes (${frameBytes}); it was not sent`,
      );
    }
    this.connection.send(sealFrame(frame));
    this.#pending.push(pending);
  }

  #accept(frame: Buffer): void {
    const { value: message, memoryBytes } = this.#decode(frame);
    const mark: unknown = Array.isArray(message) ? message[0] : undefined;
    if (!Array.isArray(message) || (mark !== "+" && mark !== "-" && mark !== "*")) {
      throw new ProtocolError("the other side sent what is neither a reply nor an event");
    }
    if (mark === "*") {
      this.#sinks.get(message[1] as number)?.receive(message[2], memoryBytes);
      return;
    }
    const pending = this.#pending.shift();
    if (pending !== undefined) {
      pending.receiver.settle(mark === "+" ? createReturned(message[1]) : createRaised(message[1], pending.request));
    } else if (mark === "-") {
      // How a server says why it is about to close.
      throw new ProtocolError(`the other side ended it: ${describeException(message[1])}`);
    } else {
      throw new ProtocolError("the other side sent a reply that no request asked for");
    }
  }

  #decode(frame: Buffer): { value: unknown; memoryBytes: number } {
    try {
      return decodePickle(frame, this.#decoding);
    } catch (error) {
      // Whether it was a reply cannot be told, and a reply skipped would shift all later ones.
      throw new ProtocolError(`the other side sent a message that cannot be read: ${String(error)}`, { cause: error });
    }
  }
}

function createReturned(value: unknown): Outcome<unknown> {
  return { kind: "returned", value };
}

function createRaised(exception: unknown, request: RequestDescription): Outcome<unknown> {
  return { kind: "failed", makeError: () => createRemoteError(exception, request) };
}
