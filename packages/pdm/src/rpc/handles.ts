import { readClockMs } from "../clock.js";
import { estimateMemory } from "../json/memory-estimate.js";
import type { Connection } from "../session/connection.js";
import { RpcError } from "./rpc-error.js";

/** The rest of a value that was cut. */
export interface KeptRest {
  readonly value: unknown;
  /** Where the rest begins: of a list's items, an object's, a Map's or a Set's entries, a text's characters, bytes. */
  readonly from: number;
}

/** Keeps the rest of `value` that begins at `from`; returns its number, undefined where it cannot be kept. */
export type KeepRest = (value: unknown, from: number) => number | undefined;

interface Handle extends KeptRest {
  readonly bytes: number;
  expiresAt: number;
}

/** What an entry costs by itself. */
const HANDLE_BYTES = 256;

/**
 * The values that one client was shown a part of, so that it can fetch the rest: a few, for a while, and of about
 * `replyBytes` together, the latest excepted. They are the values themselves, so that the rest is as it is when it is fetched.
 */
export class Handles {
  readonly #connection: Connection;
  /** In the order of their last use. */
  readonly #handles = new Map<number, Handle>();
  #bytes = 0;
  #lastNumber = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * For one reply: keeps each value that it cuts, and returns its number; undefined once no more can be kept without taking the
   * place of others of the same reply, or once measuring them has taken as long as a turn may.
   */
  beginReply(): KeepRest {
    const { handles, replyBytes, turnMs } = this.#connection.limits;
    let leftCount = handles;
    let leftBytes = replyBytes;
    let leftMs = turnMs;
    return (value, from) => {
      if (leftCount <= 0 || leftBytes <= 0 || leftMs <= 0) return undefined;
      const startedAt = readClockMs();
      // What is larger is most probably the service's own.
      const bytes = HANDLE_BYTES + estimateMemory(value, replyBytes / 2);
      leftMs -= readClockMs() - startedAt;
      const isFirst = leftCount === handles;
      leftCount -= 1;
      leftBytes -= bytes;
      return isFirst || leftBytes >= 0 ? this.#keep(value, from, bytes) : undefined;
    };
  }

  /** In place of those that were used longest ago, where there are too many. */
  #keep(value: unknown, from: number, bytes: number): number {
    const { handles, handleIdleMs, replyBytes } = this.#connection.limits;
    while (this.#handles.size >= handles || (this.#handles.size > 0 && this.#bytes + bytes > replyBytes)) {
      this.#drop(this.#handles.keys().next().value);
    }
    this.#lastNumber += 1;
    this.#handles.set(this.#lastNumber, { value, from, bytes, expiresAt: readClockMs() + handleIdleMs });
    this.#bytes += bytes;
    this.#connection.account.charge(bytes);
    this.#watch();
    return this.#lastNumber;
  }

  /** @throws RpcError `ERR_PDM_NO_SUCH_HANDLE` where it was released, expired, or made room for others */
  find(number: number): KeptRest {
    const handle = this.#handles.get(number);
    if (handle === undefined) {
      throw new RpcError(
        "ERR_PDM_NO_SUCH_HANDLE",
        `there is no handle ${number} any more: read the value again`,
        "handle",
      );
    }
    this.#handles.delete(number);
    this.#handles.set(number, handle);
    handle.expiresAt = readClockMs() + this.#connection.limits.handleIdleMs;
    return handle;
  }

  /** Lets go of it; of one that is not there, nothing. */
  drop(number: number): void {
    this.#drop(number);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#handles.clear();
  }

  #drop(number: number | undefined): void {
    const handle = number === undefined ? undefined : this.#handles.get(number);
    if (number === undefined || handle === undefined) return;
    this.#handles.delete(number);
    this.#bytes -= handle.bytes;
    this.#connection.account.charge(-handle.bytes);
  }

  #watch(): void {
    this.#timer ??= setTimeout(() => this.#expire(), this.#connection.limits.handleIdleMs).unref();
  }

  #expire(): void {
    this.#timer = undefined;
    const now = readClockMs();
    for (const [number, { expiresAt }] of this.#handles) {
      if (expiresAt > now) break;
      this.#drop(number);
    }
    if (this.#handles.size > 0) this.#watch();
  }
}
