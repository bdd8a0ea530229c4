import type { Connection } from "../session/connection.js";
import type { Session } from "../session/session.js";
import type { RpcCall } from "./call.js";
import { Handles } from "./handles.js";
import type { RequestId } from "./message.js";
import { ReplAttachments } from "./repl-attachments.js";
import { RpcError } from "./rpc-error.js";
import { Streams } from "./streams.js";
import { Subscriptions } from "./subscriptions.js";

/** What one client of `rpc` holds here. */
export class Peer {
  readonly connection: Connection;
  readonly session: Session;
  readonly capabilities: readonly string[];
  /** Requests under way by their id; a notification by itself. */
  readonly requests: Map<RequestId | RpcCall, RpcCall> = new Map();
  /** Rests of values that were cut. */
  readonly handles: Handles;
  readonly streams: Streams;
  /** Subscriptions to events, and samplings. */
  readonly subscriptions: Subscriptions;
  /** Sessions of the REPL. */
  readonly repl: ReplAttachments;
  /** While the client is on its way to another thread: what it sends is for that one, perhaps. */
  isHandingOver = false;
  #isReleased = false;

  /** @param capabilities what the greeting names */
  constructor(connection: Connection, capabilities: readonly string[]) {
    this.capabilities = capabilities;
    this.connection = connection;
    this.session = connection.session;
    this.handles = new Handles(connection);
    this.streams = new Streams(connection);
    this.subscriptions = new Subscriptions(connection);
    this.repl = new ReplAttachments(connection);
  }

  /** Whether the client is gone. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** The client stays. */
  goOnHere(): void {
    this.isHandingOver = false;
    if (!this.#isReleased) this.connection.resume();
  }

  /** The client is gone; once more for what was begun in the meantime. */
  release(): void {
    this.#isReleased = true;
    const reason = new RpcError("ERR_PDM_CANCELLED", "the client is gone");
    for (const call of this.requests.values()) call.giveUp(reason);
    this.repl.release();
    this.subscriptions.release();
    this.streams.release();
    this.handles.release();
  }
}
