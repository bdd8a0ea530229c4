import { parseConnectSpec } from "../transport/connect-spec.js";
import { HelloError } from "./errors.js";
import { showText } from "./quoted-text.js";
import type { RequestOptions } from "./waiter.js";
import { connectWatchdog } from "./watchdog.js";
import type { WatchdogState } from "./watchdog-report.js";

/** Milliseconds that the watchdog is given to answer, on top of the time that connecting may take. */
const WATCHDOG_TIMEOUT_MS = 2_000;

const SUMMARY_CHARACTERS = 500;

/**
 * Connects; where the service does not say hello in time, its watchdog is asked why, and the error says what that said.
 *
 * @throws what `connect` throws
 */
export async function explainTimeout<T>(spec: string, options: RequestOptions, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    if (!(error instanceof HelloError) || error.code !== "ERR_PDM_HELLO_TIMEOUT") throw error;
    // Over ssh it would take another login.
    if (parseConnectSpec(spec).kind !== "unix") throw error;
    throw new HelloError(error.code, `${error.message}; ${await askWatchdog(spec, options)}`, { cause: error });
  }
}

async function askWatchdog(spec: string, { signal }: RequestOptions): Promise<string> {
  const options = { signal, timeoutMs: WATCHDOG_TIMEOUT_MS };
  try {
    const watchdog = await connectWatchdog(spec, options);
    try {
      return `its watchdog says: ${describeState(await watchdog.state(options))}`;
    } finally {
      watchdog.close();
    }
  } catch {
    return `no watchdog tells why; pdm-rescue ${spec} looks at the process`;
  }
}

/** In words. */
function describeState({ isBlocked, blockedMs, report }: WatchdogState): string {
  if (!isBlocked) return "the event loop turns";
  const summary = report === null ? "" : ` ${showText(report.summary, SUMMARY_CHARACTERS)}`;
  return `blocked for ${(blockedMs / 1000).toFixed(1)} s.${summary}`;
}
