import { realpathSync } from "node:fs";
import { checkOptionNames } from "../option-names.js";
import { REPLY_TIMEOUT_MS, resolveClientLimits, type ClientLimits } from "../limits.js";
import { ConnectError, formatConnectSpec, parseConnectSpec } from "../transport/connect-spec.js";
import type { ConnectionLostError } from "./errors.js";
import { openConnection } from "./hello.js";
import { UrgentChannel } from "./urgent-channel.js";
import type { RequestOptions } from "./waiter.js";
import type { WatchdogDiagnosis, WatchdogEvaluated, WatchdogReport, WatchdogState } from "./watchdog-report.js";

/** Options of {@link connectWatchdog}. `signal` and `timeoutMs` (ten seconds by default, a minute over ssh) are for connecting only. */
export interface ConnectWatchdogOptions extends RequestOptions {
  /** Gets each block of the event loop from now on, when it is known what blocks: while it does, most often. */
  readonly onBlocked?: ((report: WatchdogReport) => void) | undefined;
  /** What the other side can make this program hold. */
  readonly limits?: Partial<ClientLimits> | undefined;
}

/**
 * Connects to a service's watchdog, which answers although the service's event loop does not turn.
 *
 * @param spec where the service itself is connected to, where that is a path, also over ssh; else, or where it lies elsewhere, that of the watchdog, which
 * the service tells while it is well (`client.server.watchdog`)
 * @throws ConnectError `ERR_PDM_NO_WATCHDOG` where there is none, and what `connect` throws
 */
export async function connectWatchdog(spec: string, options: ConnectWatchdogOptions = {}): Promise<WatchdogClient> {
  checkOptionNames("connectWatchdog", options, ["signal", "timeoutMs", "onBlocked", "limits"]);
  const limits = resolveClientLimits(options.limits);
  const { signal, timeoutMs, onBlocked } = options;
  let failure: unknown;
  for (const candidate of listWatchdogSpecs(spec)) {
    try {
      const connection = await openConnection(candidate, "urgent", limits, { signal, timeoutMs });
      const channel = new UrgentChannel(connection, (method, params) => {
        if (method === "watchdog.blocked") onBlocked?.(params as unknown as WatchdogReport);
      });
      const client = new WatchdogClient(channel);
      if (onBlocked !== undefined) await client.follow({ signal, timeoutMs });
      return client;
    } catch (error) {
      failure ??= error;
      if (!(error instanceof ConnectError) || error.code !== "ERR_PDM_CONNECT") break;
    }
  }
  if (!(failure instanceof ConnectError) || failure.code !== "ERR_PDM_CONNECT") throw failure;
  throw new ConnectError(
    "ERR_PDM_NO_WATCHDOG",
    `${spec}: it has no watchdog that can be reached (${failure.message})`,
    {
      cause: failure,
    },
  );
}

/**
 * Where the watchdog of what listens there may be: beside a Unix socket, by its own name and by that which it is a link to. Of anything else the spec
 * has to be the watchdog's.
 *
 * @throws ConnectError for what is no spec
 */
export function listWatchdogSpecs(spec: string): readonly string[] {
  const target = parseConnectSpec(spec);
  if (target.kind === "pipe") return [`${target.path}.urgent`];
  if (target.kind === "tcp" || target.path.endsWith(".urgent.sock")) return [spec];
  const besides = [placeBeside(target.path)];
  if (target.kind === "unix") besides.push(placeBeside(resolveLink(target.path)));
  return [...new Set(besides)].map((path) => formatConnectSpec({ ...target, path }));
}

function placeBeside(path: string): string {
  return `${path.replace(/\.sock$/, "")}.urgent.sock`;
}

function resolveLink(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * A connection to a service's watchdog; {@link connectWatchdog} makes one. It keeps the process alive while it is open.
 *
 * Requests reject with RefusedError where the role or the rights do not suffice, NotOfferedError where the service has no watchdog, ServerLimitError where
 * too many are under way, RemoteError with the reason where the thread cannot be reached, RequestTimeoutError and ConnectionLostError.
 */
export class WatchdogClient {
  /** Resolves when the connection is gone: with the error that ended it, with undefined after `close()`. Never rejects. */
  readonly closed: Promise<ConnectionLostError | undefined>;
  readonly #channel: UrgentChannel;

  /** @internal */
  constructor(channel: UrgentChannel) {
    this.#channel = channel;
    this.closed = channel.connection.closed;
  }

  /** Whether the event loop turns, and if not, since when and why, as far as the watchdog knows already. */
  async state(options: RequestOptions = {}): Promise<WatchdogState> {
    return (await this.#request("state", {}, options)) as unknown as WatchdogState;
  }

  /** @internal */
  async follow(options: RequestOptions): Promise<void> {
    await this.#request("state", { follow: true }, options);
  }

  /**
   * What the main thread does now. It is paused for some milliseconds for that.
   *
   * @param options.variables whether the calls' variables are read, where that is not refused; where nothing is said: if one may
   */
  async diagnose(
    options: RequestOptions & { readonly variables?: boolean | undefined } = {},
  ): Promise<WatchdogDiagnosis> {
    const { variables, ...others } = options;
    return (await this.#request("diagnose", { variables }, others)) as unknown as WatchdogDiagnosis;
  }

  /**
   * Evaluates an expression in the main thread, also from within a loop. Its promises are not awaited.
   *
   * @param options.frame in the scope of that call of the stack, from 0, the innermost; its variables can be read, not changed. Else in the global scope.
   * @param options.limitMs milliseconds that it may take, at most 10,000; a second where nothing is said
   */
  async evaluate(
    expression: string,
    options: RequestOptions & { readonly frame?: number | undefined; readonly limitMs?: number | undefined } = {},
  ): Promise<WatchdogEvaluated> {
    const { frame, limitMs, ...others } = options;
    const params = { expression, frame, timeoutMs: limitMs };
    return (await this.#request("evaluate", params, others)) as unknown as WatchdogEvaluated;
  }

  /**
   * Records a CPU profile.
   *
   * @param durationMs at most 60,000
   * @returns what a `.cpuprofile` holds, as Chrome's tools, VS Code and speedscope read it
   */
  async profile(durationMs: number, options: RequestOptions = {}): Promise<object> {
    const { profile } = await this.#request("profile", { durationMs }, options, REPLY_TIMEOUT_MS + durationMs);
    return profile as object;
  }

  /** Closes the connection at once. May be called again. */
  close(): void {
    this.#channel.connection.close();
  }

  /** Closes, and waits until the socket is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }

  #request(
    method: string,
    params: object,
    options: RequestOptions,
    timeoutMs: number = REPLY_TIMEOUT_MS,
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#channel.request(`watchdog.${method}`, params, options, timeoutMs);
  }
}
