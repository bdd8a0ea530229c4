import { mkdtempSync, rmdirSync, unlinkSync } from "node:fs";
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
 * Makes the folder, with a path short enough for the name of a socket in it.
 *
 * @throws the system's error
 */
export function makeSocketFolder(): SocketFolder {
  const parent = path.resolve(process.getBuiltinModule("node:os").tmpdir());
  const fits = countExcessBytes(path.join(parent, "pdm-ssh-xxxxxx", SOCKET_NAME)) === 0;
  const folder = mkdtempSync(path.join(fits ? parent : "/tmp", "pdm-ssh-"));
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
