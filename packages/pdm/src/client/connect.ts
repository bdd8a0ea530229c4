import { readClockMs } from "../clock.js";
import { PdmError } from "../errors.js";
import { REPLY_TIMEOUT_MS, resolveClientLimits, type ClientLimits } from "../limits.js";
import { checkOptionNames } from "../option-names.js";
import { Client } from "./client.js";
import { HelloError } from "./errors.js";
import { explainTimeout } from "./hello-timeout.js";
import { openConnection, resolveConnectTimeoutMs } from "./hello.js";
import { PerfChannel } from "./perf/channel.js";
import { PerfServer } from "./perf/server.js";
import { resolveReconnect, type ReconnectOptions } from "./reconnect-options.js";
import { claimProcess, type ClientClaim } from "./claim.js";
import { RpcLink } from "./rpc/link.js";
import { openRpcChannel, type RpcOpening } from "./rpc/opening.js";
import { RpcServer } from "./rpc/server.js";
import type { ObjectProtocol } from "./server-access.js";
import type { AnyObjects } from "./typed-objects.js";
import { checkTimeoutMs, type RequestOptions } from "./waiter.js";

/** Options of {@link connect}. `signal` and `timeoutMs` (ten seconds by default, a minute over ssh) are for connecting only, each time. */
export interface ConnectOptions extends RequestOptions {
  /**
   * The protocol to speak. Without it `rpc` is asked for, and where the server does not know it, `perf` on a second connection (over
   * ssh: with a second login, which `protocol: "perf"` spares).
   */
  readonly protocol?: ObjectProtocol | undefined;
  /**
   * Milliseconds that a request waits for its reply where it says nothing else; a minute by default, `Infinity` for ever. Over `rpc`
   * the server is told of it; where this is left out the server's own time holds there (its limit `requestTimeoutMs`, half a minute).
   */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * Whether to connect again after a loss. Requests under way are rejected all the same, and never repeated; those made while there is
   * no connection are rejected at once; streams of events and samples go on, and say what they missed. Needs `rpc`.
   */
  readonly reconnect?: boolean | ReconnectOptions | undefined;
  /**
   * What the server is told of this program over `rpc`, for its records: by default the user's name, the main script's and the
   * process's id. `false` tells nothing.
   */
  readonly claim?: ClientClaim | false | undefined;
  /**
   * A worker thread of the service to connect to, by its number in `listThreads()`: its own objects and its own REPL. Needs `rpc` and the
   * right `repl`.
   */
  readonly thread?: number | undefined;
  /** Whether a Python float that is whole arrives as a `Float` instead of a number, so that it can be passed on without loss. */
  readonly exactFloats?: boolean | undefined;
  /** What the other side can make this program hold. */
  readonly limits?: Partial<ClientLimits> | undefined;
}

const OPTION_NAMES = [
  "signal",
  "timeoutMs",
  "protocol",
  "requestTimeoutMs",
  "reconnect",
  "claim",
  "thread",
  "exactFloats",
  "limits",
] as const satisfies readonly (keyof ConnectOptions)[];

/**
 * Connects to a service's objects: our own services, and those of the Python library.
 *
 * @param spec a Unix socket's path, `HOST:PORT`, `[IPV6]:PORT`, a port of localhost, or `HOST:/PATH` for a Unix socket on another
 * machine, over the system's ssh (`HOST` is what ssh takes: `USER@HOST`, `ssh://USER@HOST:PORT`, a name of its configuration)
 * @typeParam Objects types of the service's objects by name, as `generateTypes` writes them; nothing checks that they are right
 * @throws ConnectError where nothing can be connected to
 * @throws HelloError where the other side is no PDM socket, refuses, or does not answer; of a Unix socket of this machine it then says what the service's
 * watchdog says, for which that is given two seconds more
 * @throws PdmError `ERR_PDM_LIMIT`, `ERR_PDM_OPTION` for limits, times and options that are none, and for `reconnect` where the server
 * only knows `perf`
 */
export async function connect<Objects extends object = AnyObjects>(
  spec: string,
  options: ConnectOptions = {},
): Promise<Client<Objects>> {
  checkOptionNames("connect", options, OPTION_NAMES);
  return explainTimeout(spec, options, () => open<Objects>(spec, options));
}

async function open<Objects extends object>(spec: string, options: ConnectOptions): Promise<Client<Objects>> {
  const limits = resolveClientLimits(options.limits);
  checkTimeoutMs(options.requestTimeoutMs ?? REPLY_TIMEOUT_MS);
  const policy = resolveReconnect(options.reconnect);
  const protocol = checkProtocol(options.protocol);
  const thread = checkThread(options.thread);
  if (protocol === "perf") {
    if (policy !== undefined) throw createNoReconnect();
    if (thread !== undefined) throw createNoThreads();
    return new Client(await openPerf(spec, limits, options, options), limits);
  }
  const timeoutMs = resolveConnectTimeoutMs(spec, options);
  const startedMs = readClockMs();
  const opening: RpcOpening = {
    spec,
    limits,
    thread,
    timeoutMs,
    defaultTimeout: {
      timeoutMs: options.requestTimeoutMs ?? REPLY_TIMEOUT_MS,
      isTold: options.requestTimeoutMs !== undefined,
    },
  };
  try {
    const channel = await openRpcChannel(opening, options.signal);
    return new Client(new RpcServer(new RpcLink(channel, opening, policy, introduce(options.claim))), limits);
  } catch (error) {
    if (protocol === "rpc" || !(error instanceof HelloError) || !error.isProtocolRefused) throw error;
  }
  if (policy !== undefined) throw createNoReconnect();
  if (thread !== undefined) throw createNoThreads();
  const leftMs = Math.max(1, timeoutMs - (readClockMs() - startedMs));
  return new Client(await openPerf(spec, limits, options, { signal: options.signal, timeoutMs: leftMs }), limits);
}

async function openPerf(
  spec: string,
  limits: ClientLimits,
  { requestTimeoutMs = REPLY_TIMEOUT_MS, exactFloats = false }: ConnectOptions,
  options: RequestOptions,
): Promise<PerfServer> {
  const connection = await openConnection(spec, "perf", limits, options);
  return new PerfServer(new PerfChannel(connection, requestTimeoutMs, exactFloats));
}

/** The line that goes out before the first request; empty for none. */
function introduce(claim: ClientClaim | false | undefined): string {
  if (claim === false) return "";
  const client = JSON.stringify({ ...claimProcess(), ...claim });
  return `{"jsonrpc":"2.0","method":"hello","params":{"client":${client}}}\n`;
}

function checkProtocol(protocol: string | undefined): ObjectProtocol | undefined {
  if (protocol === undefined || protocol === "rpc" || protocol === "perf") return protocol;
  throw new PdmError("ERR_PDM_OPTION", `protocol must be "rpc" or "perf", not ${JSON.stringify(protocol)}`);
}

function checkThread(thread: number | undefined): number | undefined {
  if (thread === undefined || (Number.isSafeInteger(thread) && thread >= 0)) return thread;
  throw new PdmError("ERR_PDM_OPTION", `thread must be a thread's number, not ${String(thread)}`);
}

function createNoThreads(): PdmError {
  return new PdmError("ERR_PDM_OPTION", "thread needs rpc: no other protocol enters a thread");
}

function createNoReconnect(): PdmError {
  return new PdmError("ERR_PDM_OPTION", "reconnect needs rpc: over perf, connect again and find the objects anew");
}
