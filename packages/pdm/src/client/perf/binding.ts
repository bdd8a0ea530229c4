import { Tuple } from "../../pickle/values.js";
import { NoSuchInterfaceError } from "../errors.js";
import type { PerfChannel } from "./channel.js";
import type { RequestDescription } from "./failure.js";
import { Subscription } from "./subscription.js";
import { takeValue, type Outcome, type Receiver, type RequestOptions, type Waiter } from "../waiter.js";

/**
 * One object bound on the server to one id, shared by those who hold it, and unbound when the last lets go. Those who wait
 * for it give up one by one: when it comes and nobody wants it any more, it is unbound.
 */
export class Binding implements Receiver<unknown> {
  readonly id: number;
  /** The object's name for messages. */
  readonly target: string;
  readonly subscription: Subscription;
  readonly #channel: PerfChannel;
  readonly #onGone: (() => void) | undefined;
  readonly #waiters = new Set<Waiter<readonly string[]>>();
  #request: RequestDescription;
  #holders = 0;
  #outcome: Outcome<readonly string[]> | undefined;
  #gone = false;

  /** @param onGone called once, as soon as nobody can come to hold it any more: it failed, or the last holder let go */
  constructor(channel: PerfChannel, target: string, onGone?: () => void) {
    this.id = channel.allocateId();
    this.target = target;
    this.subscription = new Subscription(channel, this.id, target);
    this.#channel = channel;
    this.#onGone = onGone;
    this.#request = { kind: "bind", target };
  }

  /** The interfaces that the object speaks; none before it is bound. */
  get interfaces(): readonly string[] {
    return this.#outcome?.kind === "returned" ? this.#outcome.value : [];
  }

  /** Asks the server for an object of a module. */
  bind(module: string, name: string): void {
    this.#channel.submit(Tuple.of<unknown>("bind", this.id, module, name), this.#request, this);
  }

  /** Asks the server for an entry of `directory`, which must be bound; it may be released right afterwards. */
  lookUp(directory: Binding, name: string): void {
    this.#request = { kind: "lookup", target: this.target };
    if (directory.interfaces.includes("dir"))
      this.#channel.submit(Tuple.of<unknown>("lookup", this.id, directory.id, name), this.#request, this);
    else
      this.fail(
        () =>
          new NoSuchInterfaceError(`${directory.target} is no directory: it cannot contain ${JSON.stringify(name)}`),
      );
  }

  /** Waits until the object is bound and holds it; `release` lets go. One that could not be held need not be released. */
  async hold(options: RequestOptions): Promise<void> {
    this.#holders += 1;
    try {
      takeValue(this.#outcome ?? (await this.#wait(options)));
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Lets go, for one holder. */
  release(): void {
    this.#holders -= 1;
    this.#leaveUnwanted();
  }

  /** It will never be bound. */
  fail(makeError: () => unknown): void {
    this.#conclude({ kind: "failed", makeError });
  }

  /** The server's reply. */
  settle(outcome: Outcome<unknown>): void {
    if (outcome.kind !== "returned") {
      this.#conclude(outcome);
    } else if (isListOfStrings(outcome.value)) {
      this.#conclude({ kind: "returned", value: Object.freeze([...outcome.value]) });
    } else {
      // That ends the connection; whoever waits hears why.
      this.#channel.connection.fail("the other side sent no list of interfaces");
      this.fail(() => this.#channel.connection.makeLostError());
    }
  }

  async #wait(options: RequestOptions): Promise<Outcome<readonly string[]>> {
    const waiter = this.#channel.createWaiter<readonly string[]>(options, this.#request);
    this.#waiters.add(waiter);
    const outcome = await waiter.outcome;
    this.#waiters.delete(waiter);
    return outcome;
  }

  #conclude(outcome: Outcome<readonly string[]>): void {
    this.#outcome = outcome;
    if (outcome.kind !== "returned") this.#leave();
    for (const waiter of this.#waiters) waiter.settle(outcome);
    this.#leaveUnwanted();
  }

  #leaveUnwanted(): void {
    if (this.#holders > 0 || this.#outcome === undefined || this.#gone) return;
    this.#leave();
    this.subscription.end();
    this.#channel.dismiss(Tuple.of<unknown>("unbind", this.id));
  }

  #leave(): void {
    this.#gone = true;
    this.#onGone?.();
  }
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
