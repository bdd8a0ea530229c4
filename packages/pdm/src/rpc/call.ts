import { readClockMs } from "../clock.js";
import { resolveName } from "../session/access.js";
import type { AccessOptions, LetGo, ObjectReference, Outcome } from "../session/access.js";
import { DeadlineError } from "../session/gate.js";
import { encodeError, encodeResult } from "./message.js";
import type { RequestId } from "./message.js";
import type { Peer } from "./peer.js";
import { RpcError } from "./rpc-error.js";

/** The part of the time left that one of many steps may take. */
const STEP_SHARE = 1 / 4;

/** What a request under way costs by itself, and in proportion to its line, which is kept as the values that it became. */
const CALL_BYTES = 1_024;
const BYTES_PER_LINE_BYTE = 4;

/** One request under way: who asked, what is pending for it, and its one answer. */
export class RpcCall {
  readonly peer: Peer;
  /** Bytes of the request's line, without its line feed: what its arguments may hold in memory is measured by it. */
  readonly lineBytes: number;
  /** The object that it is about, for errors. */
  target: string | undefined;
  readonly #id: RequestId | undefined;
  readonly #timeoutMs: number;
  readonly #onEnd: (call: RpcCall) => void;
  #letGo: LetGo | undefined;
  #pendingSinceMs: number | undefined;
  #onOver: (() => void) | undefined;
  #chargedBytes = 0;
  #isOver = false;

  /** @param onEnd called when it is over, however that came */
  constructor(
    peer: Peer,
    id: RequestId | undefined,
    lineBytes: number,
    timeoutMs: number,
    onEnd: (call: RpcCall) => void,
  ) {
    this.peer = peer;
    this.lineBytes = lineBytes;
    this.#id = id;
    this.#timeoutMs = timeoutMs;
    this.#onEnd = onEnd;
  }

  /** What the client calls it; undefined for a notification. */
  get id(): RequestId | undefined {
    return this.#id;
  }

  /** What it holds by itself, estimated. */
  get heldBytes(): number {
    return CALL_BYTES + this.lineBytes * BYTES_PER_LINE_BYTE;
  }

  /** Whether it was answered, or given up: then nothing more need be done for it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** For the next step: the time that is left of the request's own. @throws RpcError `ERR_PDM_CANCELLED` where it is over */
  get options(): AccessOptions {
    if (this.#isOver) throw new RpcError("ERR_PDM_CANCELLED", "nobody waits for the answer any more");
    if (this.#pendingSinceMs === undefined) return { timeoutMs: this.#timeoutMs };
    return { timeoutMs: Math.max(1, this.#timeoutMs - (readClockMs() - this.#pendingSinceMs)) };
  }

  /** For one of many steps: a part of the time that is left, so that one that hangs leaves some for the others. @throws as `options` does */
  get stepOptions(): AccessOptions {
    return { timeoutMs: Math.max(1, this.leftMs * STEP_SHARE) };
  }

  /** For work that goes on for long by itself. @throws RpcError, DeadlineError where the request is over or its time is */
  checkTime(): void {
    if (this.#isOver) throw new RpcError("ERR_PDM_CANCELLED", "nobody waits for the answer any more");
    if (this.#pendingSinceMs === undefined || readClockMs() - this.#pendingSinceMs <= this.#timeoutMs) return;
    throw new DeadlineError(this.target ?? "the request", this.#timeoutMs);
  }

  /** The step that is under way can be let go of by `letGo`; with undefined there is none, and nothing changes. */
  follow(letGo: LetGo | undefined): void {
    if (letGo === undefined || this.#isOver) return;
    this.#pendingSinceMs ??= readClockMs();
    this.#letGo = letGo;
  }

  /** Finds the object of that name and goes on with it; fails where there is none. What `use` returns lets go of its step. */
  withObject(name: string, use: (object: ObjectReference) => LetGo | undefined): void {
    this.target = name;
    this.follow(
      resolveName(this.peer.session, name, this.options, (resolved) => {
        if (resolved.threw) this.fail(resolved.error);
        else this.attempt(() => this.follow(use(resolved.value)));
      }),
    );
  }

  /** Ends with what came of its last step: with the JSON text that `write` makes of the value, or failed. */
  conclude<T>(outcome: Outcome<T>, write: (value: T) => string): void {
    if (outcome.threw) this.fail(outcome.error);
    else this.attempt(() => this.succeed(write(outcome.value)));
  }

  /** Milliseconds that are left of the request's time, at least 1. @throws as `options` does */
  get leftMs(): number {
    return this.options.timeoutMs ?? this.#timeoutMs;
  }

  /** Charges the client with what is held for the request until it is over. May end the connection, and the request with it. */
  charge(bytes: number): void {
    if (this.#isOver) return;
    this.#chargedBytes += bytes;
    this.peer.connection.account.charge(bytes);
  }

  /** What is to be done when it is over; nothing any more with undefined. */
  onOver(callback: (() => void) | undefined): void {
    this.#onOver = callback;
  }

  /** Does a step whose failure is the request's. */
  attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param result JSON text */
  succeed(result: string): void {
    if (this.#end() && this.#id !== undefined) this.peer.connection.send(encodeResult(this.#id, result));
  }

  fail(error: unknown): void {
    if (this.#end() && this.#id !== undefined) {
      this.peer.connection.send(encodeError(this.#id, error, this.target));
    }
  }

  /** Gives up what is pending, for a reason that the client is told as far as it still listens. */
  giveUp(reason: RpcError): void {
    const letGo = this.#letGo;
    this.fail(reason);
    letGo?.();
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#letGo = undefined;
    this.peer.connection.account.charge(-this.#chargedBytes);
    this.#onEnd(this);
    this.#onOver?.();
    return true;
  }
}
