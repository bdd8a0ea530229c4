import { ATTACH_LIMITS } from "../limits.js";
import { findTarget } from "../target/target.js";
import type { Target } from "../target/target.js";
import { AttachError } from "./attach-error.js";
import { connectToOwn, findOwnSockets } from "./own-sockets.js";
import { refusePrepared } from "./refusals.js";

/**
 * Takes out of a process what attaching has loaded: ends all connections and listens no more. Needs no signal and no consent.
 *
 * @param pidOrName its id on this machine, its service's name, its title or its main script
 * @returns its id
 * @throws AttachError (rejects) `ERR_PDM_ATTACH_NOT_ATTACHED` where nobody has attached to it, `ERR_PDM_ATTACH_PREPARED` where it listens by itself,
 * `ERR_PDM_ATTACH_SILENT` where it does not answer
 * @throws TargetError (rejects) as `attach` does
 */
export async function detach(pidOrName: number | string): Promise<number> {
  const target = findTarget(String(pidOrName));
  const sockets = await findOwnSockets(target);
  const attached = sockets.find(({ isAttached }) => isAttached);
  const [prepared] = sockets;
  if (attached !== undefined) {
    await endAttachment(target, attached.spec);
    return target.pid;
  }
  if (prepared !== undefined) throw refusePrepared(target, prepared.spec);
  throw new AttachError("ERR_PDM_ATTACH_NOT_ATTACHED", `nobody has attached to process ${target.label}`);
}

/**
 * Resolves when the process has closed our connection, and with it the socket.
 *
 * @throws AttachError `ERR_PDM_ATTACH_PLACE` (rejects) where another process answers
 */
export async function endAttachment(target: Target, spec: string): Promise<void> {
  const timeoutMs = ATTACH_LIMITS.detachMs;
  await using client = await connectToOwn(target, spec, timeoutMs);
  const attached = await client.find("pdm.attached", { timeoutMs });
  await attached.invoke("detach", [], { timeoutMs });
  await client.closed;
}
