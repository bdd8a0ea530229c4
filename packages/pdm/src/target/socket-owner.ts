import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { findPortOwner, listPids, listSocketInodes } from "./listening-ports.js";
import { TargetError } from "./target-error.js";

/**
 * The process of this machine that listens on a socket of pdm's.
 *
 * @param spec a Unix socket's path, `localhost:PORT`, `127.0.0.1:PORT` or `[::1]:PORT`
 * @throws TargetError (rejects) `ERR_PDM_TARGET_SOCKET` where nobody does, as far as we may see
 */
export async function findSocketOwner(spec: string): Promise<number> {
  const port = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):(\d+)$/.exec(spec)?.[1];
  const pid =
    port === undefined ? await findPathOwner(spec).catch(() => undefined) : findPortOwner(process.pid, Number(port));
  if (pid !== undefined) return pid;
  throw new TargetError(
    "ERR_PDM_TARGET_SOCKET",
    `no process of this machine that you may look at listens on ${spec}; give its process id, on the machine where it runs`,
  );
}

/**
 * By a connection, which waits to be accepted where the process is stuck: the kernel gives its other end the name under which the listener was
 * bound. The path says nothing: a socket may have been moved there since, as pdm's are.
 */
async function findPathOwner(path: string): Promise<number | undefined> {
  const before = new Set(listUnixSockets().map(({ key }) => key));
  const client = connect(path);
  try {
    await once(client, "connect");
    for (let look = 0; look < LOOKS; look += 1) {
      const pid = findListener(before);
      if (pid !== undefined) return pid;
      await wait(LOOK_MS);
    }
    return undefined;
  } finally {
    client.destroy();
  }
}

/** The kernel's table may be read while it changes, and then lacks a line. */
const LOOKS = 10;
const LOOK_MS = 20;

function findListener(before: ReadonlySet<string>): number | undefined {
  const sockets = listUnixSockets();
  const names = new Set(sockets.flatMap(({ key, name }) => (before.has(key) || name === "" ? [] : [name])));
  const inodes = new Set(
    sockets.flatMap(({ inode, name, isListening }) => (isListening && names.has(name) ? [inode] : [])),
  );
  return listPids().find((pid) => listSocketInodes(pid).some((inode) => inodes.has(inode)));
}

/** `__SO_ACCEPTCON`: it listens. See proc_net_unix in proc(5). */
const LISTENS = 0x1_0000;

interface UnixSocket {
  /** Tells one from the other, also while its connection waits to be accepted and has no inode. */
  readonly key: string;
  readonly inode: string;
  readonly name: string;
  readonly isListening: boolean;
}

function listUnixSockets(): UnixSocket[] {
  const lines = readFileSync("/proc/net/unix", "utf8").trimEnd().split("\n").slice(1);
  return lines.map((line) => {
    const [key = "", , , flags = "", , , inode = "", ...name] = line.split(/\s+/);
    return { key, inode, name: name.join(" "), isListening: (Number.parseInt(flags, 16) & LISTENS) !== 0 };
  });
}
