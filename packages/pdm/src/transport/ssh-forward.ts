import { chmod } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { SocketFolder } from "./ssh-folder.js";
import type { SshEnd, SshProcess } from "./ssh-process.js";

/** How often to look whether ssh has logged in, and made its socket. */
const LOOK_EVERY_MS = 15;

/**
 * Connects through the forward that `ssh` makes of the socket in `folder`. That it accepts a connection says nothing yet: ssh opens
 * its channel afterwards. But a PDM socket speaks first, so the first byte is the proof.
 *
 * @param onLogin is called when ssh has logged in
 * @returns how ssh ended, where there is no connection
 */
export async function connectThroughForward(
  ssh: SshProcess,
  folder: SocketFolder,
  onLogin: () => void,
): Promise<Socket | SshEnd> {
  ssh.input.destroy();
  ssh.output.destroy();
  const socket = await connectWhenThere(ssh, folder.socketPath);
  if (socket === undefined) return endSsh(ssh);
  onLogin();
  folder.remove();
  if (!(await isSpokenTo(socket))) {
    socket.destroy();
    return endSsh(ssh);
  }
  socket.on("close", () => ssh.end());
  ssh.release();
  return socket;
}

/** Undefined where ssh has ended, or says that it cannot make its socket, which it says by its name. */
async function connectWhenThere(ssh: SshProcess, local: string): Promise<Socket | undefined> {
  const { setTimeout: delay } = process.getBuiltinModule("node:timers/promises");
  while (!ssh.hasEnded && !ssh.said.includes(local)) {
    const socket = await tryConnect(local);
    if (socket !== undefined) return socket;
    await Promise.race([ssh.ended, delay(LOOK_EVERY_MS)]);
  }
  return undefined;
}

/** Undefined where there is no socket yet, or none that can be connected to yet. */
function tryConnect(local: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path: local });
    const onConnect = (): void => {
      socket.off("error", onError);
      resolve(socket);
    };
    const onError = ({ code }: NodeJS.ErrnoException): void => {
      // A StreamLocalBindMask that takes the right from its owner; one anywhere in the configuration beats the command line's.
      if (code === "EACCES") chmod(local, 0o600, () => resolve(undefined));
      else resolve(undefined);
    };
    socket.once("connect", onConnect);
    socket.once("error", onError);
  });
}

/** Whether a first byte arrives, which stays to be read, before the connection ends. The socket is as if never listened to. */
function isSpokenTo(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off("readable", settle);
      socket.off("error", settle);
      socket.off("close", settle);
      resolve(socket.readableLength > 0);
    };
    socket.on("readable", settle);
    socket.on("error", settle);
    socket.on("close", settle);
  });
}

function endSsh(ssh: SshProcess): Promise<SshEnd> {
  ssh.end();
  return ssh.ended;
}
