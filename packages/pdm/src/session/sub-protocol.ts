import type { InputBuffer } from "../wire/input-buffer.js";
import type { SubProtocolName } from "../wire/greeting.js";
import type { Connection } from "./connection.js";
import type { Right } from "./principal.js";

/** One side of a conversation that a {@link Connection} feeds. The connection calls it; it never throws. */
export interface Conversation {
  /**
   * Takes what is complete from `input` and answers it, until no more is complete, `busy` becomes true, or the
   * connection is congested.
   */
  process(input: InputBuffer): void;
  /** Whether the answer to a request is pending, so that no more is taken. `connection.resume()` says when that is over. */
  readonly busy: boolean;
  /** Whether, though not busy, something is still to be sent that was asked for: a client that has ended its side waits for it. `connection.resume()` says when that is over. */
  readonly owes?: boolean;
  /** How this protocol tells the client why its connection ends. */
  farewell(reason: string): Buffer | string;
  /** The connection is gone, or as good as gone: lets go of everything. Called once. */
  release(): void;
}

/** A sub-protocol that a client can choose by name. */
export interface SubProtocol {
  readonly name: SubProtocolName;
  /** The right that it takes to choose it, if any. */
  readonly right?: Right;
  /** Begins the conversation, after the greeting has been written. */
  start(connection: Connection): Conversation;
}
