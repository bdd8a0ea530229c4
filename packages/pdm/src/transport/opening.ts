import type { Duplex } from "node:stream";

/** A connection in the making. */
export interface Opening {
  /** The connection, with no listener for `error`. @throws ConnectError, or anything at all after `abandon` (rejects) */
  readonly socket: Promise<Duplex>;
  /** What it waits for, in words that end a sentence; empty where there is nothing to add. */
  readonly progress: string;
  /** Gives it up: whatever it had opened or started ends. Must not be called once `socket` has resolved. */
  abandon(): void;
}
