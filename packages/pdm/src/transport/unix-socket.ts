import { chmodSync, lchownSync } from "node:fs";
import type { Server } from "node:net";
import { dirname, resolve } from "node:path";
import { removeAtExit } from "./exit-removal.js";
import { readIdentity, removeIfSame } from "./file-identity.js";
import type { FileIdentity } from "./file-identity.js";
import { findGroup } from "./group.js";
import { removeLeftovers } from "./leftovers.js";
import { ListenError } from "./listen-spec.js";
import type { ListenSpec } from "./listen-spec.js";
import { buildLongestPath, makePrivateFolder } from "./private-folder.js";
import { startListening } from "./server-start.js";
import { claimName } from "./socket-claim.js";
import { countExcessBytes, MAX_SOCKET_PATH_BYTES } from "./socket-path.js";

/** A Unix socket that listens under its name. */
export interface BoundSocket {
  /** Absolute. */
  readonly path: string;
  /** Removes the name if it is still this socket's. To be called while the server listens, or the name could be another's by then. */
  readonly release: () => void;
}

/**
 * Has the server listen on a Unix socket, which gets its name only once it has its mode and group and listens: it is bound
 * in a private folder, so that at no moment anybody may connect who should not. At `exit` the name is removed.
 *
 * Who was killed leaves a dead socket, which is replaced; a live one never is, nor another kind of file.
 *
 * @throws ListenError (rejects) with the server closed and nothing left behind
 */
export async function listenOnUnixSocket(
  server: Server,
  spec: Extract<ListenSpec, { kind: "unix" }>,
): Promise<BoundSocket> {
  const path = resolve(spec.path);
  const parent = dirname(path);
  checkLength(path, parent);
  const gid = spec.group === undefined ? undefined : await findGroup(spec.group);

  const folder = makePrivateFolder(parent);
  let socket: FileIdentity | undefined;
  const removeNames = (): void => {
    // Once only: when the server is closed, another file may get the number by which ours is known.
    if (socket !== undefined) removeIfSame(path, socket);
    socket = undefined;
    folder.remove();
  };
  const forget = removeAtExit(removeNames);
  const release = (): void => {
    forget();
    removeNames();
  };
  try {
    await startListening(server, { path: folder.socketPath });
    if (gid !== undefined) giveToGroup(folder.socketPath, gid, spec.group);
    chmodSync(folder.socketPath, spec.mode);
    socket = readIdentity(folder.socketPath);
    await claimName(folder, path);
  } catch (error) {
    release();
    server.close();
    if (error instanceof ListenError) throw error;
    throw new ListenError("ERR_PDM_LISTEN", `${path} cannot be listened on: ${(error as Error).message}`, {
      cause: error,
    });
  }
  folder.remove();
  await removeLeftovers(parent);
  return { path, release };
}

function checkLength(path: string, parent: string): void {
  const excess = Math.max(countExcessBytes(path), countExcessBytes(buildLongestPath(parent)));
  if (excess === 0) return;
  throw new ListenError(
    "ERR_PDM_LISTEN_PATH_TOO_LONG",
    `${path} is ${excess} bytes too long, for itself or for the temporary name ${buildLongestPath(parent)}; ` +
      `a Unix socket's path has at most ${MAX_SOCKET_PATH_BYTES} bytes: choose a shorter folder`,
  );
}

function giveToGroup(path: string, gid: number, group: string | undefined): void {
  try {
    lchownSync(path, -1, gid);
  } catch (cause) {
    throw new ListenError(
      "ERR_PDM_LISTEN_GROUP",
      `the socket cannot be given to the group ${String(group)} (${String((cause as NodeJS.ErrnoException).code)}); ` +
        "run the process as a member of the group",
      { cause },
    );
  }
}
