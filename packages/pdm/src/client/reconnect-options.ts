import { PdmError } from "../errors.js";
import { MAX_TIMEOUT_MS } from "./waiter.js";
import type { ConnectionLostError } from "./errors.js";

/** How a client connects again after it lost the connection. */
export interface ReconnectOptions {
  /** Milliseconds before the first attempt; 100 by default. Each later one waits twice as long, and then up to half of that less, at random. */
  readonly minDelayMs?: number | undefined;
  /** Milliseconds that no attempt waits longer than; 30,000 by default. */
  readonly maxDelayMs?: number | undefined;
  /** Milliseconds without a connection after which the client gives up; never by default. */
  readonly giveUpAfterMs?: number | undefined;
  /** Is told what becomes of the connection, in a turn of its own. */
  readonly onState?: ((state: ConnectionState) => void) | undefined;
}

/** What became of a client's connection. */
export type ConnectionState =
  /** There is one again; `restarted` says whether another process answers now. */
  | { readonly kind: "connected"; readonly restarted: boolean }
  /** There is none; the next attempt, the first of which is 1, begins in `delayMs`. `error` says why there is none. */
  | { readonly kind: "reconnecting"; readonly attempt: number; readonly delayMs: number; readonly error: Error }
  /** There is none, and none will be made: `error` is undefined after `close()`. */
  | { readonly kind: "closed"; readonly error: ConnectionLostError | undefined };

/** {@link ReconnectOptions} with their defaults. */
export interface ReconnectPolicy {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly giveUpAfterMs: number;
  readonly onState: ((state: ConnectionState) => void) | undefined;
}

/** @throws PdmError `ERR_PDM_OPTION` for times that are none */
export function resolveReconnect(options: boolean | ReconnectOptions | undefined): ReconnectPolicy | undefined {
  if (options === undefined || options === false) return undefined;
  const { minDelayMs = 100, maxDelayMs = 30_000, giveUpAfterMs = Infinity, onState } = options === true ? {} : options;
  checkMs("minDelayMs", minDelayMs, MAX_TIMEOUT_MS);
  checkMs("maxDelayMs", maxDelayMs, MAX_TIMEOUT_MS);
  checkMs("giveUpAfterMs", giveUpAfterMs, Infinity);
  return { minDelayMs, maxDelayMs: Math.max(minDelayMs, maxDelayMs), giveUpAfterMs, onState };
}

/** Milliseconds before an attempt, the first of which is 1: exponential, and random so that the clients of one service do not come all at once. */
export function chooseDelayMs(
  { minDelayMs, maxDelayMs }: ReconnectPolicy,
  attempt: number,
  random: () => number = Math.random,
): number {
  const longest = Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(attempt - 1, 31));
  return Math.ceil(longest * (1 - random() / 2));
}

function checkMs(name: string, value: number, most: number): void {
  if (value > 0 && value <= most) return;
  throw new PdmError(
    "ERR_PDM_OPTION",
    `reconnect.${name} must be a number of milliseconds above 0, not ${String(value)}`,
  );
}
