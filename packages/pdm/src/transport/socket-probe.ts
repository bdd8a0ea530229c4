import { lstatSync } from "node:fs";
import { connect } from "node:net";
import type { FileIdentity } from "./file-identity.js";

/** What has the name of a socket: nothing, another kind of file, a socket that nothing listens on, or one that is (or may be) in use. */
export type Probe =
  | { readonly state: "absent" }
  | { readonly state: "other" }
  | { readonly state: "dead"; readonly identity: FileIdentity }
  | { readonly state: "live"; readonly reason: string | undefined };

/**
 * Looks at what has the name, and connects to it if it is a socket.
 *
 * Dead is only what refuses the connection. Anything else that goes wrong means that somebody may be there: EAGAIN is a
 * full backlog, EACCES another user's, EPROTOTYPE a datagram socket; `reason` then is the code. A socket that is bound but
 * does not listen yet looks dead, so a socket must not get its name before it listens. (On the BSDs and macOS a full
 * backlog refuses too.)
 *
 * @throws whatever `lstat` throws, but ENOENT
 */
export async function probeSocket(path: string): Promise<Probe> {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return { state: "absent" };
  if (!stats.isSocket()) return { state: "other" };
  const code = await tryConnect(path);
  if (code === "ECONNREFUSED") return { state: "dead", identity: stats };
  if (code === "ENOENT") return { state: "absent" };
  return { state: "live", reason: code };
}

/** Connects and hangs up; the code of the error that came, if one did. */
function tryConnect(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.on("connect", () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
