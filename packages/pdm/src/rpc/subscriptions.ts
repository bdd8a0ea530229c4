import type { Connection } from "../session/connection.js";
import { RpcError } from "./rpc-error.js";

/** Something that sends to the client again and again until it is ended. */
export interface Sending {
  /** Ends it; nothing is sent afterwards. */
  end(): void;
}

/** What a subscription costs by itself, with its listener and its entries. */
const SUBSCRIPTION_BYTES = 1_024;

/** What one client is sent without asking each time: events and samples, each under a number. */
export class Subscriptions {
  readonly #connection: Connection;
  readonly #sendings = new Map<number, { readonly sending: Sending; readonly bytes: number }>();
  #lastNumber = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Makes one under a number of its own.
   *
   * @param wishBytes what it holds of what the client wished
   * @throws RpcError `ERR_PDM_LIMIT` where there are too many
   */
  add<S extends Sending>(wishBytes: number, make: (number: number) => S): S {
    const { subscriptions } = this.#connection.limits;
    if (this.#sendings.size >= subscriptions) {
      throw new RpcError("ERR_PDM_LIMIT", `there are ${subscriptions} subscriptions already (subscriptions): end some`);
    }
    this.#lastNumber += 1;
    const sending = make(this.#lastNumber);
    const bytes = SUBSCRIPTION_BYTES + wishBytes;
    this.#sendings.set(this.#lastNumber, { sending, bytes });
    this.#connection.account.charge(bytes);
    return sending;
  }

  /** Ends it. @throws RpcError `ERR_PDM_NO_SUCH_HANDLE` where there is none of that number */
  end(number: number): void {
    if (this.drop(number)) return;
    throw new RpcError("ERR_PDM_NO_SUCH_HANDLE", `there is no subscription ${number}`, "subscription");
  }

  /** Ends it; false where there is none of that number. */
  drop(number: number): boolean {
    const known = this.#sendings.get(number);
    if (known === undefined) return false;
    this.#sendings.delete(number);
    this.#connection.account.charge(-known.bytes);
    known.sending.end();
    return true;
  }

  release(): void {
    const sendings = [...this.#sendings.values()];
    this.#sendings.clear();
    for (const { sending } of sendings) sending.end();
  }
}
