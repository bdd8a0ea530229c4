import { readClockMs } from "../../clock.js";
import type { ClientLimits } from "../../limits.js";
import { ConnectionLostError } from "../errors.js";
import { chooseDelayMs, type ConnectionState, type ReconnectPolicy } from "../reconnect-options.js";
import type { ServerGreeting } from "../server-greeting.js";
import type { Outcome, RequestOptions } from "../waiter.js";
import type { ChannelOwner, RpcChannel } from "./channel.js";
import { openRpcChannel, type RpcOpening } from "./opening.js";
import { cancelStreams, type RpcRequest } from "./request.js";

/** What goes on after the client has connected again. */
export interface Resumable {
  /** There is a connection again. @param restarted whether another process answers now */
  resume(channel: RpcChannel, restarted: boolean): void;
  /** There will be none. @param makeError undefined where the caller closed it */
  end(makeError: (() => unknown) | undefined): void;
}

/**
 * The way to a server over `rpc`: one connection, and where the caller wishes the next after it is lost. What was asked
 * before is never asked again by itself; what is subscribed to is.
 */
export class RpcLink implements ChannelOwner {
  readonly introduction: string;
  readonly closed: Promise<ConnectionLostError | undefined>;
  readonly #opening: RpcOpening;
  readonly #policy: ReconnectPolicy | undefined;
  readonly #resumables = new Set<Resumable>();
  /** Aborts when the caller closes. */
  readonly #closing = new AbortController();
  #channel: RpcChannel | undefined;
  #greeting: ServerGreeting | undefined;
  /** Why there is no connection. */
  #loss: ConnectionLostError | undefined;
  #resolveClosed: ((error: ConnectionLostError | undefined) => void) | undefined;

  /** @param introduction see {@link ChannelOwner} */
  constructor(channel: RpcChannel, opening: RpcOpening, policy: ReconnectPolicy | undefined, introduction: string) {
    this.introduction = introduction;
    this.#opening = opening;
    this.#policy = policy;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#take(channel);
  }

  get limits(): ClientLimits {
    return this.#opening.limits;
  }

  get greeting(): ServerGreeting | undefined {
    return this.#greeting;
  }

  /** Sends a request on the connection that there is; fails at once with ConnectionLostError where there is none. */
  request<T>(request: RpcRequest<T>, options: RequestOptions): Promise<Outcome<T>> {
    const channel = this.#channel;
    if (channel !== undefined) return channel.request(request, options);
    cancelStreams(request);
    return Promise.resolve({ kind: "failed", makeError: () => this.#makeLostError() });
  }

  /** The connection that there is. @throws ConnectionLostError */
  use(): RpcChannel {
    if (this.#channel === undefined) throw this.#makeLostError();
    return this.#channel;
  }

  /** From now on it is taken up again with each connection. */
  keep(resumable: Resumable): void {
    this.#resumables.add(resumable);
  }

  /** No longer. */
  drop(resumable: Resumable): void {
    this.#resumables.delete(resumable);
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    if (this.#channel === undefined) this.#conclude(undefined);
    else this.#channel.connection.close();
  }

  onLost(channel: RpcChannel): void {
    this.#channel = undefined;
    const { connection } = channel;
    this.#loss = connection.makeLostError();
    if (connection.wasClosedHere) this.#conclude(undefined, connection.closed);
    else if (this.#policy === undefined) this.#conclude(this.#loss, connection.closed);
    else void this.#reconnect(this.#policy);
  }

  #take(channel: RpcChannel): void {
    this.#channel = channel;
    this.#greeting = channel.greeting;
    channel.adopt(this);
  }

  /** Never rejects. */
  async #reconnect(policy: ReconnectPolicy): Promise<void> {
    const { signal } = this.#closing;
    const before = this.#greeting;
    const startedMs = readClockMs();
    let error: Error = this.#makeLostError();
    for (let attempt = 1; ; attempt += 1) {
      const leftMs = policy.giveUpAfterMs - (readClockMs() - startedMs);
      if (leftMs <= 0) {
        this.#giveUp(policy, error);
        return;
      }
      const delayMs = Math.min(leftMs, chooseDelayMs(policy, attempt));
      this.#tell({ kind: "reconnecting", attempt, delayMs, error });
      await wait(delayMs, signal);
      if (signal.aborted) return;
      try {
        const channel = await openRpcChannel(this.#opening, signal);
        this.#take(channel);
        this.#resume(channel, !isSameProcess(before, channel.greeting));
        return;
      } catch (failure) {
        if (signal.aborted) return;
        error = failure instanceof Error ? failure : new Error(String(failure));
      }
    }
  }

  #resume(channel: RpcChannel, restarted: boolean): void {
    if (this.#channel !== channel) return;
    this.#loss = undefined;
    this.#tell({ kind: "connected", restarted });
    for (const resumable of this.#resumables) resumable.resume(channel, restarted);
  }

  #giveUp({ giveUpAfterMs }: ReconnectPolicy, cause: Error): void {
    const { spec } = this.#opening;
    this.#loss = new ConnectionLostError(
      `connection to ${spec} lost, and not made again within ${giveUpAfterMs} ms: ${cause.message}`,
      { cause },
    );
    this.#conclude(this.#loss);
  }

  /** There is no connection, and none will be made. */
  #conclude(error: ConnectionLostError | undefined, socketClosed?: Promise<unknown>): void {
    const resolve = this.#resolveClosed;
    if (resolve === undefined) return;
    this.#resolveClosed = undefined;
    this.#loss = error;
    this.#closing.abort();
    for (const resumable of this.#resumables) resumable.end(error && (() => this.#makeLostError()));
    this.#resumables.clear();
    this.#tell({ kind: "closed", error });
    void settleAfter(socketClosed, () => resolve(error));
  }

  #makeLostError(): ConnectionLostError {
    const { spec } = this.#opening;
    if (this.#loss === undefined) return new ConnectionLostError(`connection to ${spec} is closed: it was closed here`);
    const isOver = this.#resolveClosed === undefined || this.#policy === undefined;
    const { message, cause } = this.#loss;
    return new ConnectionLostError(
      isOver ? message : `${message}; reconnecting`,
      cause === undefined ? undefined : { cause },
    );
  }

  /** What the caller's function throws is the caller's own, and must not end what goes on here. */
  #tell(state: ConnectionState): void {
    const onState = this.#policy?.onState;
    if (onState !== undefined) process.nextTick(onState, state);
  }
}

/** @param before never rejects */
async function settleAfter(before: Promise<unknown> | undefined, settle: () => void): Promise<void> {
  await before;
  settle();
}

/** Waits, and keeps the process alive meanwhile, as a connection does. */
function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** What has the same number may be another process that came later. */
function isSameProcess(before: ServerGreeting | undefined, now: ServerGreeting | undefined): boolean {
  if (before === undefined || now === undefined || before.process.startedAt === "") return false;
  return before.process.pid === now.process.pid && before.process.startedAt === now.process.startedAt;
}
