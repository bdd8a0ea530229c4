import { readClockMs } from "../clock.js";
import type { Connection } from "../session/connection.js";
import { RpcError } from "./rpc-error.js";

/** The rest of a value that was cut. */
export interface KeptRest {
  readonly value: unknown;
  /** Where the rest begins: of a list's items, an object's, a Map's or a Set's entries, a text's characters, bytes. */
  readonly from: number;
}

interface Handle extends KeptRest {
  expiresAt: number;
}

/** What an entry costs us; the value is the service's own, or shared with it. */
const HANDLE_BYTES = 256;

/**
 * The values that one client was shown a part of, so that it can fetch the rest: a few, for a while. They are the values
 * themselves, so that the rest is as it is when it is fetched.
 */
export class Handles {
  readonly #connection: Connection;
  /** In the order of their last use. */
  readonly #handles = new Map<number, Handle>();
  #lastNumber = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Keeps `value`; in place of the one that was used longest ago, where there are too many. Returns its number. */
  keep(value: unknown, from: number): number {
    const { handles, handleIdleMs } = this.#connection.limits;
    if (this.#handles.size >= handles) this.#drop(this.#handles.keys().next().value);
    this.#lastNumber += 1;
    this.#handles.set(this.#lastNumber, { value, from, expiresAt: readClockMs() + handleIdleMs });
    this.#connection.account.charge(HANDLE_BYTES);
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
    if (number !== undefined && this.#handles.delete(number)) this.#connection.account.charge(-HANDLE_BYTES);
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
