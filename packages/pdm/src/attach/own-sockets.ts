import { lstatSync, readdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { connect } from "../client/connect.js";
import { NoSuchNameError } from "../client/errors.js";
import { ATTACH_LIMITS } from "../limits.js";
import type { Target } from "../target/target.js";
import { ConnectError } from "../transport/connect-spec.js";
import { AttachError } from "./attach-error.js";

/** A socket on which a process can be managed. */
export interface OwnSocket {
  /** For a client on this machine. */
  readonly spec: string;
  /** Whether it came by attaching. */
  readonly isAttached: boolean;
}

/**
 * The sockets that a process has in its runtime folder, where it listens by default. It is asked over them who it is; no signal is sent.
 *
 * @throws AttachError `ERR_PDM_ATTACH_SILENT` (rejects) where it has one and does not answer
 */
export async function findOwnSockets(target: Target): Promise<OwnSocket[]> {
  const found: OwnSocket[] = [];
  for (const spec of listFolders(target).flatMap((folder) => listSockets(folder, target))) {
    const isAttached = await askSocket(spec, target);
    if (isAttached !== undefined) found.push({ spec, isAttached });
  }
  return found;
}

/** What the process calls its spec, as a client outside of its container has to call it. */
export function toOutsideSpec({ pid, sharesFiles }: Target, spec: string): string {
  return sharesFiles || !isAbsolute(spec) ? spec : `/proc/${pid}/root${spec}`;
}

/** The folders of `transport/default-path.ts`, by the environment that the process began with. */
function listFolders(target: Target): string[] {
  const { env } = target.command;
  const { uid } = target.status;
  const runtime = env.get("XDG_RUNTIME_DIR") ?? "";
  const temporary = env.get("TMPDIR") || env.get("TMP") || env.get("TEMP") || "/tmp";
  const folders = [
    ...(isAbsolute(runtime) ? [join(runtime, "pdm")] : []),
    ...(uid === 0 ? ["/run/pdm"] : []),
    join(temporary, `pdm-${uid}`),
  ];
  return [...new Set(folders)].map((folder) => toOutsideSpec(target, folder));
}

function listSockets(folder: string, { innerPid, status }: Target): string[] {
  try {
    const stats = lstatSync(folder);
    // In any other, somebody else may have put a socket of theirs.
    if (!stats.isDirectory() || stats.uid !== status.uid || (stats.mode & 0o777) !== 0o700) return [];
    const names = readdirSync(folder).filter((name) => name.endsWith(`-${innerPid}.sock`));
    return names.map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** @returns whether it came by attaching; undefined where it is dead, or another process's */
async function askSocket(spec: string, { label, pid, innerPid }: Target): Promise<boolean | undefined> {
  try {
    await using client = await connect(spec, { protocol: "rpc", timeoutMs: ATTACH_LIMITS.socketMs });
    if (client.server?.process.pid !== innerPid) return undefined;
    return await client.find("pdm.attached", { timeoutMs: ATTACH_LIMITS.socketMs }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof NoSuchNameError) return false;
        throw error;
      },
    );
  } catch (cause) {
    if (cause instanceof ConnectError) return undefined;
    throw new AttachError(
      "ERR_PDM_ATTACH_SILENT",
      `process ${label} has the socket ${spec}, and does not answer there; pdm-rescue ${pid} says what it does`,
      { cause },
    );
  }
}
