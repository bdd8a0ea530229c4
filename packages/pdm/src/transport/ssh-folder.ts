import { rmdirSync, unlinkSync } from "node:fs";
import path from "node:path";
import { countExcessBytes } from "./socket-path.js";

/** The only file in the folder. */
export const SOCKET_NAME = "s";

/** A folder that nobody else can enter, for the socket that ssh makes on this machine. */
export interface SocketFolder {
  readonly path: string;
  readonly socketPath: string;
  /** Removes it with the socket. To be called once, while it is sure to be there. */
  remove(): void;
}

/**
 * Names a folder that does not exist, with a path short enough for the name of a socket in it. The guard of ssh makes it: what
 * this process makes would stay where a signal ends it before the guard has started.
 */
export function nameSocketFolder(): SocketFolder {
  const name = `pdm-ssh-${Math.random().toString(36).slice(2, 12).padEnd(10, "0")}`;
  const parent = path.resolve(process.getBuiltinModule("node:os").tmpdir());
  const fits = countExcessBytes(path.join(parent, name, SOCKET_NAME)) === 0;
  const folder = path.join(fits ? parent : "/tmp", name);
  const socketPath = path.join(folder, SOCKET_NAME);
  return {
    path: folder,
    socketPath,
    remove() {
      for (const remove of [() => unlinkSync(socketPath), () => rmdirSync(folder)]) {
        try {
          remove();
        } catch {
          // Somebody was quicker.
        }
      }
    },
  };
}
