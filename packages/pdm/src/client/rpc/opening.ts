import { readClockMs } from "../../clock.js";
import type { ClientLimits } from "../../limits.js";
import { ConnectionLostError, HelloError, NotOfferedError } from "../errors.js";
import { openConnection } from "../hello.js";
import type { ServerGreeting } from "../server-greeting.js";
import { takeValue, type RequestOptions } from "../waiter.js";
import { RpcChannel, type DefaultTimeout } from "./channel.js";

/** What a connection over `rpc` is made with, each time. */
export interface RpcOpening {
  readonly spec: string;
  readonly limits: ClientLimits;
  /** The thread to enter; undefined for that of the socket. */
  readonly thread?: number | undefined;
  /** For connecting, the greeting included. */
  readonly timeoutMs: number;
  readonly defaultTimeout: DefaultTimeout;
}

/** A channel that was greeted. Throws as `openConnection` does; nothing stays open then. */
export async function openRpcChannel(opening: RpcOpening, signal: AbortSignal | undefined): Promise<RpcChannel> {
  const { spec, limits, timeoutMs, defaultTimeout } = opening;
  const startedMs = readClockMs();
  const connection = await openConnection(spec, "rpc", limits, { signal, timeoutMs });
  const leftMs = timeoutMs === Infinity ? Infinity : Math.max(1, timeoutMs - (readClockMs() - startedMs));
  const channel = new RpcChannel(connection, defaultTimeout, { signal, timeoutMs: leftMs });
  const outcome = await channel.greeted.outcome;
  if (outcome.kind === "returned") {
    if (opening.thread === undefined) return channel;
    return enterThread(channel, opening.thread, outcome.value, { signal, timeoutMs: leftMs });
  }
  connection.close();
  const error = outcome.makeError();
  if (!(error instanceof ConnectionLostError)) throw error;
  throw new HelloError("ERR_PDM_HELLO_NOT_PDM", `${spec}: it accepted rpc, but did not say what it is`, {
    cause: error,
  });
}

/** @throws NotOfferedError of an older server, RefusedError without the right `repl`, NoSuchNameError where there is no such thread; it is then closed */
async function enterThread(
  channel: RpcChannel,
  thread: number,
  greeting: ServerGreeting,
  options: RequestOptions,
): Promise<RpcChannel> {
  try {
    if (!greeting.capabilities.includes("thread.enter")) {
      throw new NotOfferedError(`this server (pdm ${greeting.server.version}) has no thread.enter`);
    }
    takeValue(await channel.enterThread(thread, options));
    takeValue(await channel.greeted.outcome);
    return channel;
  } catch (error) {
    channel.connection.close();
    throw error;
  }
}
