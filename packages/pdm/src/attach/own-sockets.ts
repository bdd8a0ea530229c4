import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { Client } from "../client/client.js";
import { connect } from "../client/connect.js";
import { NoSuchNameError } from "../client/errors.js";
import { ATTACH_LIMITS } from "../limits.js";
import { findInnerUid } from "./inner-uid.js";
import { showText } from "./process-answer.js";
import { findRoot, hasLink } from "../target/process-files.js";
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
export function toOutsideSpec(target: Target, spec: string): string {
  return isAbsolute(spec) ? findRoot(target) + spec : spec;
}

/**
 * Where a process says that it can be managed since somebody attached to it, on this machine. That is the process's word: it could lead whoever attaches, root say, to anything
 * that listens. So it must be where it would be by default, and a socket of the process's user. Nothing is connected to.
 *
 * @throws AttachError `ERR_PDM_ATTACH_PLACE` where it is not
 */
export function checkPlace(target: Target, spec: string): string {
  const outside = toOutsideSpec(target, spec);
  const folder = dirname(outside);
  if (
    join(folder, basename(outside)) === outside &&
    listFolders(target).includes(folder) &&
    isOwnFolder(folder, target) &&
    isOwnSocket(outside, target)
  ) {
    return outside;
  }
  throw new AttachError(
    "ERR_PDM_ATTACH_PLACE",
    `process ${target.label} names a place which is not its own, ${showText(spec)}; nothing was connected to`,
  );
}

/**
 * Connects to a socket of the process's.
 *
 * @throws AttachError `ERR_PDM_ATTACH_PLACE` (rejects) where another process answers; nothing was asked of it
 * @throws whatever `connect` does (rejects)
 */
export async function connectToOwn({ label, innerPid }: Target, spec: string, timeoutMs: number): Promise<Client> {
  const client = await connect(spec, { protocol: "rpc", timeoutMs });
  const pid = client.server?.process.pid;
  if (pid === innerPid) return client;
  client.close();
  throw new AttachError(
    "ERR_PDM_ATTACH_PLACE",
    `what answers on ${spec} is process ${pid}, not ${label}; nothing was asked of it`,
  );
}

/** The folders of `transport/default-path.ts`, by the environment that the process began with. */
function listFolders(target: Target): string[] {
  const { env } = target.command;
  const uid = findInnerUid(target);
  const runtime = env.get("XDG_RUNTIME_DIR") ?? "";
  const temporary = env.get("TMPDIR") || env.get("TMP") || env.get("TEMP") || "/tmp";
  const folders = [
    ...(isAbsolute(runtime) ? [join(runtime, "pdm")] : []),
    ...(uid === 0 ? ["/run/pdm"] : []),
    ...(isAbsolute(temporary) ? [join(temporary, `pdm-${uid}`)] : []),
  ];
  return [...new Set(folders)].map((folder) => toOutsideSpec(target, folder));
}

function listSockets(folder: string, target: Target): string[] {
  if (!isOwnFolder(folder, target)) return [];
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => isOwnSocket(path, target));
  } catch {
    return [];
  }
}

/** In any other, somebody else may have put a socket of theirs. */
function isOwnFolder(folder: string, target: Target): boolean {
  const { sharesFiles, status } = target;
  try {
    if (!sharesFiles && hasLink(folder, findRoot(target))) return false;
    const stats = lstatSync(folder);
    return stats.isDirectory() && stats.uid === status.uid && (stats.mode & 0o777) === 0o700;
  } catch {
    return false;
  }
}

/** Named as `transport/default-path.ts` does, and no link to another's. */
function isOwnSocket(path: string, { innerPid, status }: Target): boolean {
  const [, pid] = /^[A-Za-z0-9._-]+-(\d+)\.sock$/.exec(basename(path)) ?? [];
  if (pid !== String(innerPid)) return false;
  try {
    const stats = lstatSync(path);
    return stats.isSocket() && stats.uid === status.uid;
  } catch {
    return false;
  }
}

/** @returns whether it came by attaching; undefined where it is dead, or another process's */
async function askSocket(spec: string, target: Target): Promise<boolean | undefined> {
  const timeoutMs = ATTACH_LIMITS.socketMs;
  try {
    await using client = await connectToOwn(target, spec, timeoutMs);
    return await client.find("pdm.attached", { timeoutMs }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof NoSuchNameError) return false;
        throw error;
      },
    );
  } catch (cause) {
    if (cause instanceof ConnectError || cause instanceof AttachError) return undefined;
    throw new AttachError(
      "ERR_PDM_ATTACH_SILENT",
      `process ${target.label} has the socket ${spec}, and does not answer there; pdm-rescue ${target.pid} says what it does`,
      { cause },
    );
  }
}
