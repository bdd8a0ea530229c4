import type { Duplex } from "node:stream";
import { readClockMs } from "../clock.js";
import type { Limits } from "../limits.js";
import { warn } from "../warning.js";
import { InputBuffer } from "../wire/input-buffer.js";
import { EventQueue } from "./event-queue.js";
import type { QueuedEventSource } from "./event-queue.js";
import type { Account, Ledger } from "./ledger.js";
import { Session } from "./session.js";
import type { SessionParts } from "./session.js";
import type { Conversation } from "./sub-protocol.js";
import { TURN_BUDGET } from "./turn-budget.js";

/** What a connection costs by itself: socket, buffers and timers in Node, and our objects. */
const CONNECTION_BYTES = 8_192;

/** The part of the total that is left for what Node holds by itself and nobody can count: chunks just read, closing sockets. */
const UNCOUNTED_SHARE = 1 / 8;

/** Output is handed to the socket in pieces of about this size: what is still here can be dropped, what is there cannot. */
const BATCH_BYTES = 65_536;

/** What is not worth waiting for more of, outside of requests. */
const LARGE_BYTES = 8_192;

/** What a write that the system has not taken yet costs beside its bytes. */
const WRITE_BYTES = 300;

/** While no request can be taken, this much input is read all the same, so that the client's going away is noticed. */
const READ_AHEAD_BYTES = 65_536;

/** Milliseconds between two looks at whether a client that has ended its side is still there. */
const PEER_WATCH_MS = 1_000;

const NOTHING: Buffer = Buffer.alloc(0);

/** A client's socket, or what is as good as one. */
export type ConnectionSocket = Duplex & { destroySoon(): void; ref(): unknown };

/** The part of a session that all connections of a socket have in common. */
export type Admission = Pick<SessionParts, "grant" | "socket">;

/**
 * One client's connection: feeds its {@link Conversation} with input, sends what that answers, and keeps the account of
 * what both hold.
 *
 * Output that is caused by one chunk of input leaves in one write. When the reader is slow, replies make the connection
 * congested, so that no further request is taken, and events queue up to their limit.
 */
export class Connection {
  readonly limits: Limits;
  /** Who the client is, and what it may do. */
  readonly session: Session;
  /** Conversations charge here what they hold beside buffers. */
  readonly account: Account;
  readonly #socket: ConnectionSocket;
  readonly #input = new InputBuffer();
  readonly #events: EventQueue;
  readonly #onClosed: () => void;
  #conversation: Conversation;
  #outgoing: (Buffer | string)[] = [];
  #outgoingBytes = 0;
  #chargedBytes = 0;
  /** Writes that the socket keeps, each with a buffer of its own, at the most. */
  #unfinishedWrites = 0;
  #pumping = false;
  #flushScheduled = false;
  #peerEnded = false;
  /** While answers are pending for a client that has ended its side. */
  #peerWatch: NodeJS.Timeout | undefined;
  /** Set once the end has begun: no more input is taken and nothing is sent but what is on its way. */
  #closing = false;
  /** Why it ended, where the client was told. */
  #endReason: string | undefined;

  /**
   * Takes the socket over, for good.
   *
   * @param admission what the client gets by having come to this socket
   * @param begin makes the first conversation; may send already
   * @param onClosed called once, when the socket is closed and everything is released
   */
  constructor(
    socket: ConnectionSocket,
    limits: Limits,
    ledger: Ledger,
    admission: Admission,
    begin: (connection: Connection) => Conversation,
    onClosed: () => void,
  ) {
    this.limits = limits;
    this.#socket = socket;
    this.#onClosed = onClosed;
    this.#events = new EventQueue(limits.queuedOutputBytes);
    this.account = ledger.open(limits.totalBytes * (1 - UNCOUNTED_SHARE), () => this.#evict());
    this.session = new Session({
      ...admission,
      limits,
      account: this.account,
      disconnect: (reason) => this.fail(reason),
    });
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => this.#receiveEnd());
    socket.on("drain", () => this.#pump());
    // What went wrong with a client's socket is of no interest to the daemon: "close" follows.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#release());
    this.#conversation = begin(this);
    this.#settleAccount();
  }

  /** Hands the rest of the connection to another conversation. */
  become(conversation: Conversation): void {
    this.#conversation = conversation;
  }

  /** Sends a reply: bytes, which belong to the connection from now on, or text, which becomes UTF-8. */
  send(reply: Buffer | string): void {
    if (this.#closing) return;
    this.#outgoing.push(reply);
    this.#outgoingBytes += Buffer.byteLength(reply);
    // A large text would become garbage once more by being joined with others.
    if (this.#outgoingBytes > LARGE_BYTES && !this.#pumping) this.#flush();
    else this.#flushSoon();
  }

  /**
   * Sends an event, or queues it behind a slow reader, where the oldest are lost when there are too many.
   *
   * @param lostBefore events of the source that were lost since the last one sent
   * @param isLatestOnly whether what waits of the source goes for it; the source tells of that itself
   */
  sendEvent(frame: Buffer, source: QueuedEventSource, lostBefore: number, isLatestOnly: boolean = false): void {
    if (this.#closing) return;
    const droppedBefore = this.#events.dropped;
    this.#events.push(this.#socket.writableNeedDrain ? copyOut(frame) : frame, source, lostBefore, isLatestOnly);
    this.session.costs.eventsLost += lostBefore + this.#events.dropped - droppedBefore;
    // Many events within one turn of the event loop must not be lost while the reader is quick enough.
    if (this.#events.heldBytes > Math.min(BATCH_BYTES, this.limits.queuedOutputBytes / 2)) this.#flush();
    else this.#flushSoon();
  }

  /** Has the events that wait go out before the next reply, which then tells of something later; they cannot be lost any more. */
  putEventsFirst(): void {
    for (let event = this.#events.take(); event !== undefined; event = this.#events.take()) {
      this.#outgoing.push(event);
      this.#outgoingBytes += event.length;
    }
  }

  /** Drops what is queued of that source. */
  discardEvents(source: QueuedEventSource): void {
    this.#events.discard(source);
  }

  /** Whether replies wait for a slow reader: then no further request may be taken. */
  get congested(): boolean {
    if (this.#outgoingBytes > BATCH_BYTES) this.#flush();
    return this.#closing || this.#socket.writableNeedDrain;
  }

  /** A pending answer has been sent: goes on with the input that waited for it. */
  resume(): void {
    this.#pump();
  }

  /** Ends the connection for a reason that the client is told, as far as it reads. */
  fail(reason: string): void {
    if (this.#closing) return;
    this.#endReason = reason;
    this.send(this.#conversation.farewell(reason));
    this.close();
    // Not waiting for the client to close its side: what it goes on sending would cost memory.
    this.#socket.destroySoon();
  }

  /** Whether the client has ended its side, or is gone: the two look the same until something is written. */
  get isPeerEnded(): boolean {
    return this.#peerEnded;
  }

  /** Ends the connection at once, without a word. */
  abort(): void {
    this.#socket.destroy();
  }

  /** Ends the connection after the replies that are on their way; the client has `closeGraceMs` to read them. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#events.clear();
    this.#flush();
    this.#conversation.release();
    this.#input.clear();
    // Reading on, without looking, tells when the client has closed its side too.
    this.#socket.resume();
    this.#destroyAfter(this.limits.closeGraceMs);
  }

  /** Keeps the process alive until the connection is closed: for somebody who waits for that. */
  ref(): void {
    this.#socket.ref();
  }

  #receive(chunk: Buffer): void {
    if (this.#closing) return;
    this.session.costs.receivedBytes += chunk.length;
    this.#input.append(chunk);
    if (TURN_BUDGET.isSpent(this.limits.turnMs)) this.#waitForTurn();
    else this.#pump();
  }

  /** The client has no more to say. What it asked for is answered, however long that takes. */
  #receiveEnd(): void {
    this.#peerEnded = true;
    this.#pump();
  }

  /**
   * A client that has ended its side may have gone since, and only writing tells: on a Unix socket writing nothing does, of which
   * a client that is there sees nothing.
   */
  #watchPeer(): void {
    if (this.#peerWatch !== undefined) return;
    const look = (): void => {
      if (!this.#closing && this.#socket.writableLength === 0) this.#socket.write(NOTHING);
    };
    this.#peerWatch = setInterval(look, PEER_WATCH_MS).unref();
    look();
  }

  #waitForTurn(): void {
    this.#input.compact();
    this.#settleAccount();
    this.#socket.pause();
    TURN_BUDGET.wait(this.#takeTurn);
  }

  readonly #takeTurn = (): void => {
    if (this.#closing) return;
    if (TURN_BUDGET.isSpent(this.limits.turnMs)) TURN_BUDGET.wait(this.#takeTurn);
    else this.#pump();
  };

  #pump(): void {
    if (this.#pumping) return;
    const startedAt = readClockMs();
    this.#pumping = true;
    try {
      this.#converse();
    } catch (error) {
      // A fault of ours, never the service's end.
      warn("PDM_INTERNAL", "a management connection was closed", error);
      this.abort();
    }
    this.#pumping = false;
    this.#flush();
    TURN_BUDGET.spend(startedAt);
    if (this.#closing) return;
    this.#input.compact();
    this.#settleAccount();
    const stuck = this.#conversation.busy || this.#socket.writableNeedDrain;
    if (stuck && this.#input.length > READ_AHEAD_BYTES) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    if (!this.#peerEnded) return;
    if (stuck || this.#conversation.owes === true) this.#watchPeer();
    else this.close();
  }

  #converse(): void {
    let conversation: Conversation;
    do {
      conversation = this.#conversation;
      if (!this.#closing && !conversation.busy && !this.congested) conversation.process(this.#input);
    } while (conversation !== this.#conversation);
  }

  #flushSoon(): void {
    if (this.#pumping || this.#flushScheduled) return;
    this.#flushScheduled = true;
    process.nextTick(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const socket = this.#socket;
    while (!socket.writableNeedDrain && !socket.writableEnded) {
      const batch = this.#takeBatch();
      if (batch === undefined) break;
      // Text goes without a buffer of its own; what has as many bytes as characters is ASCII, which is quickest as Latin-1.
      if (typeof batch.data === "string")
        socket.write(batch.data, batch.bytes === batch.data.length ? "latin1" : "utf8");
      else socket.write(batch.data);
      this.session.costs.sentBytes += batch.bytes;
      this.#unfinishedWrites = socket.writableLength > 0 ? this.#unfinishedWrites + 1 : 0;
    }
    this.#settleAccount();
    if (this.#closing && !socket.writableEnded && this.#outgoingBytes === 0) socket.end();
  }

  #takeBatch(): { readonly data: Buffer | string; readonly bytes: number } | undefined {
    const pieces = this.#outgoing;
    let bytes = this.#outgoingBytes;
    if (bytes === 0 && this.#events.heldBytes === 0) return undefined;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    while (bytes < BATCH_BYTES && !this.#closing) {
      const event = this.#events.take();
      if (event === undefined) break;
      pieces.push(event);
      bytes += event.length;
    }
    return { data: joinPieces(pieces, bytes), bytes };
  }

  /** Brings the account up to date with the buffers. May evict this connection or another. */
  #settleAccount(): void {
    const held =
      CONNECTION_BYTES +
      this.#input.heldBytes +
      this.#outgoingBytes +
      this.#events.heldBytes +
      this.#socket.writableLength +
      this.#unfinishedWrites * WRITE_BYTES;
    const more = held - this.#chargedBytes;
    this.#chargedBytes = held;
    this.account.charge(more);
  }

  /** This connection was the greediest when all together held too much: lets go of everything at once. */
  #evict(): void {
    this.#abandonOutput();
    const { totalBytes } = this.limits;
    this.fail(`all connections together hold more than ${totalBytes} bytes (totalBytes), and this one the most`);
    // A client that does not read cannot be told why; what waits for it would be held all the while.
    if (this.#socket.writableLength > 0) this.#socket.destroy();
  }

  #abandonOutput(): void {
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    this.#events.clear();
    this.#input.clear();
  }

  #destroyAfter(timeoutMs: number): void {
    const timer = setTimeout(() => this.#socket.destroy(), timeoutMs);
    timer.unref();
    this.#socket.once("close", () => clearTimeout(timer));
  }

  #release(): void {
    // First, since a conversation that ends its subscriptions looks through what is queued for each.
    this.#abandonOutput();
    if (!this.#closing) {
      this.#closing = true;
      this.#conversation.release();
    }
    clearInterval(this.#peerWatch);
    TURN_BUDGET.withdraw(this.#takeTurn);
    this.account.close();
    this.session.end(this.#endReason);
    this.#onClosed();
  }
}

/** The pieces in one: as text where all are text. */
function joinPieces(pieces: readonly (Buffer | string)[], bytes: number): Buffer | string {
  const [first = ""] = pieces;
  if (pieces.length <= 1) return first;
  if (pieces.every((piece) => typeof piece === "string")) return pieces.join("");
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)),
    bytes,
  );
}

/** A small buffer is a part of a larger one that it shares with others, and that must not be kept for its sake. */
function copyOut(frame: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(frame.length);
  frame.copy(copy);
  return copy;
}
