import { HelloError } from "../client/errors.js";
import { connectWatchdog } from "../client/watchdog.js";
import type { WatchdogClient } from "../client/watchdog.js";
import { PdmError } from "../errors.js";
import { RESCUE_LIMITS } from "../limits.js";
import { findSocketOwner } from "../target/socket-owner.js";
import { findTarget, readTarget } from "../target/target.js";
import type { Target } from "../target/target.js";
import { ConnectError } from "../transport/connect-spec.js";
import { findDisabledProcess } from "../transport/disabled-mark.js";

/**
 * The process that a command line names: by its id, a name, or a socket that it listens on.
 *
 * @throws PdmError (rejects) `ERR_PDM_CONNECT_DISABLED` where nothing listens since the process has `PDM_DISABLE`, and what `findTarget` and `findSocketOwner` do
 */
export async function findSubject(subject: string): Promise<Target> {
  if (!isSpec(subject)) return findTarget(subject);
  const disabled = findDisabledProcess(subject);
  if (disabled === undefined) return readTarget(await findSocketOwner(subject));
  throw new PdmError(
    "ERR_PDM_CONNECT_DISABLED",
    `${subject}: management of this process is disabled (PDM_DISABLE=1): process ${disabled}; to look at it all the same, give that number`,
  );
}

/** The watchdog of what listens there. @returns undefined where it is no socket, or has none */
export async function findWatchdog(subject: string): Promise<WatchdogClient | undefined> {
  if (!isSpec(subject)) return undefined;
  try {
    return await connectWatchdog(subject, { timeoutMs: RESCUE_LIMITS.watchdogMs });
  } catch (error) {
    // A service without a watchdog has nothing there, or closes what asks for it.
    if (error instanceof ConnectError || error instanceof HelloError) return undefined;
    throw error;
  }
}

/** A path or an address, and neither a process id nor a name. */
function isSpec(subject: string): boolean {
  return subject.includes("/") || subject.includes(":");
}
