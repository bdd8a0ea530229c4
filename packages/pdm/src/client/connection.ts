import type { Duplex } from "node:stream";
import type { ClientLimits } from "../limits.js";
import { InputBuffer } from "../wire/input-buffer.js";
import { Deadlines } from "./deadlines.js";
import { ConnectionLostError, TooManyRequestsError } from "./errors.js";

/** One side of a conversation that a {@link ClientConnection} feeds. */
export interface ClientConversation {
  /**
   * Takes what is complete from `input`.
   *
   * @throws any error for input that makes no sense: the connection is then closed with it as the cause
   */
  receive(input: InputBuffer): void;
  /** The connection is gone; nothing is received any more. Called once. */
  lose(): void;
}

/** What is sent in one turn of the event loop is joined into one buffer up to this size. */
const MAX_JOINED_BYTES = 65_536;

/** Bytes that wait for the other side to read, above which whoever can wait should send no more. */
const CONGESTED_BYTES = 262_144;

/** A client's end of one connection: cuts nothing itself, writes what is sent in one turn of the event loop together. */
export class ClientConnection {
  /** As the caller wrote it. */
  readonly spec: string;
  readonly limits: ClientLimits;
  /** Of all who wait for something from this connection. */
  readonly deadlines: Deadlines = new Deadlines();
  /** Resolves when the socket is closed: with the error that ended the connection, with undefined after `close()`. */
  readonly closed: Promise<ConnectionLostError | undefined>;
  readonly #socket: Duplex;
  readonly #input = new InputBuffer();
  #conversation: ClientConversation | undefined;
  #outgoing: Buffer[] = [];
  /** Behind `#outgoing`. */
  #outgoingText = "";
  /** Of both, about: a text counts its UTF-16 code units. */
  #outgoingBytes = 0;
  #open = true;
  #waitingForRoom: (() => void)[] = [];
  /** What ended it, unless the caller did. */
  #loss: { readonly message: string; readonly options: ErrorOptions | undefined } | undefined;

  /** Takes the connected socket over, for good. Nothing is read before `converse`. */
  constructor(socket: Duplex, spec: string, limits: ClientLimits) {
    this.#socket = socket;
    this.spec = spec;
    this.limits = limits;
    socket.pause();
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => this.#onRoom());
    socket.on("end", () => this.fail("the other side closed it"));
    socket.on("error", (error) => this.fail(error.message, error));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.fail("the socket was closed");
        resolve(this.#loss && this.makeLostError());
      });
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether so much waits for the other side that more of a stream should wait here. */
  get isCongested(): boolean {
    return this.#outgoingBytes + this.#socket.writableLength > CONGESTED_BYTES;
  }

  /** Resolves when the other side has read what waited for it, or the connection is gone. */
  async waitForRoom(): Promise<void> {
    while (this.#open && this.isCongested) await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
  }

  /** Hands everything that arrives from now on, and what has arrived and was not taken, to `conversation`. */
  converse(conversation: ClientConversation): void {
    this.#conversation = conversation;
    if (!this.#open) {
      conversation.lose();
      return;
    }
    if (this.#input.length > 0) this.#deliver();
    if (this.#open) this.#socket.resume();
  }

  /**
   * Sends, even where too much waits already: for the few messages that let go of something.
   * On a connection that is gone it does nothing.
   */
  send(bytes: Buffer): void {
    if (!this.#open) return;
    this.#flushLater();
    if (this.#outgoingText !== "") {
      this.#outgoing.push(Buffer.from(this.#outgoingText));
      this.#outgoingText = "";
    }
    this.#outgoing.push(bytes);
    this.#outgoingBytes += bytes.length;
  }

  /** The same with text, which needs no buffer of its own. */
  sendText(text: string): void {
    if (!this.#open) return;
    this.#flushLater();
    this.#outgoingText += text;
    this.#outgoingBytes += text.length;
  }

  /** @throws ConnectionLostError where the connection is gone */
  checkOpen(): void {
    if (!this.#open) throw this.makeLostError();
  }

  /**
   * @throws ConnectionLostError where the connection is gone
   * @throws TooManyRequestsError where the server does not read what was sent before
   */
  checkWritable(): void {
    this.checkOpen();
    const { queuedOutputBytes } = this.limits;
    if (this.#outgoingBytes + this.#socket.writableLength > queuedOutputBytes) {
      throw new TooManyRequestsError(
        `${this.spec} does not read: over ${queuedOutputBytes} bytes wait for it (limits.queuedOutputBytes); nothing was sent`,
      );
    }
  }

  /** Closes for a reason that everyone who waits is told; the first reason counts. */
  fail(reason: string, cause?: unknown): void {
    if (!this.#open) return;
    const options = cause === undefined ? undefined : { cause };
    this.#loss = { message: `connection to ${this.spec} lost: ${reason}`, options };
    this.#end();
  }

  /** Closes at once, as the caller wished. */
  close(): void {
    if (this.#open) this.#end();
  }

  /** A new error that says why the connection is gone. */
  makeLostError(): ConnectionLostError {
    const { message, options } = this.#loss ?? { message: `connection to ${this.spec} is closed: it was closed here` };
    return new ConnectionLostError(message, options);
  }

  /** Whether the connection is gone because the caller closed it. */
  get wasClosedHere(): boolean {
    return !this.#open && this.#loss === undefined;
  }

  readonly #flush = (): void => {
    const pieces = this.#outgoing;
    const text = this.#outgoingText;
    const bytes = this.#outgoingBytes;
    this.#outgoing = [];
    this.#outgoingText = "";
    this.#outgoingBytes = 0;
    if (!this.#open) return;
    if (pieces.length === 0) {
      this.#socket.write(text);
      return;
    }
    if (text !== "") pieces.push(Buffer.from(text));
    if (pieces.length > 1 && bytes > MAX_JOINED_BYTES) {
      this.#socket.cork();
      for (const piece of pieces) this.#socket.write(piece);
      this.#socket.uncork();
    } else {
      this.#socket.write(joinPieces(pieces));
    }
  };

  #flushLater(): void {
    if (this.#outgoingBytes === 0) process.nextTick(this.#flush);
  }

  #onRoom(): void {
    for (const wake of this.#waitingForRoom.splice(0)) wake();
  }

  #receive(chunk: Buffer): void {
    if (!this.#open) return;
    this.#input.append(chunk);
    this.#deliver();
  }

  #deliver(): void {
    try {
      this.#conversation?.receive(this.#input);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error), error);
    }
    this.#input.compact();
  }

  #end(): void {
    this.#open = false;
    this.#input.clear();
    this.#socket.destroy();
    this.#conversation?.lose();
    this.deadlines.clear();
    this.#onRoom();
  }
}

/** A single piece stays as it is. */
function joinPieces(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}
