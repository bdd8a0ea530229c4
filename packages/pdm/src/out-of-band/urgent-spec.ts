import { lstatSync } from "node:fs";
import { chooseDefaultSpec } from "../transport/default-path.js";
import { DEFAULT_SOCKET_MODE, parseListenSpec } from "../transport/listen-spec.js";
import type { ListenSpec } from "../transport/listen-spec.js";
import { countExcessBytes } from "../transport/socket-path.js";
import { basename, dirname } from "node:path";
import { buildLongestPath } from "../transport/private-folder.js";

/**
 * Where the urgent socket of a listener is: beside it, for the same users. `/run/app.sock` has `/run/app.urgent.sock`, `127.0.0.1:9000` another
 * port, an inherited socket and one whose path leaves no room one in the folder of the default sockets.
 *
 * @param spec the listener's own, as it is reached
 * @throws ListenError where there is no such folder
 */
export function chooseUrgentSpec(spec: string): ListenSpec {
  const listener = parseListenSpec(spec.startsWith("/") ? `${spec}:600` : spec);
  if (listener.kind === "tcp") return { ...listener, port: 0 };
  if (listener.kind === "pipe") return { kind: "pipe", path: `${listener.path}.urgent` };
  if (listener.kind === "fd") return chooseDefaultSpec(`fd-${listener.fd}.urgent`);
  const path = `${listener.path.replace(/\.sock$/, "")}.urgent.sock`;
  if (countExcessBytes(path) > 0 || countExcessBytes(buildLongestPath(dirname(path))) > 0)
    return chooseDefaultSpec(
      `${basename(listener.path)
        .replace(/\.sock$/, "")
        .slice(0, 20)}.urgent`,
    );
  return { kind: "unix", path, ...readRights(listener.path) };
}

/** Those of the listener's socket. Where it is gone: only for its owner. */
function readRights(path: string): { readonly mode: number; readonly group: string | undefined } {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { mode: DEFAULT_SOCKET_MODE, group: undefined };
  return { mode: stats.mode & 0o777, group: stats.gid === process.getegid?.() ? undefined : String(stats.gid) };
}
