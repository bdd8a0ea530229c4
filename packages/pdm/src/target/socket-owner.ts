import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { listPids, listSocketInodes, listTcpListeners } from "./listening-ports.js";
import { isNodeProcess } from "./node-proof.js";
import { TargetError } from "./target-error.js";

/**
 * The Node.js process of this machine that listens on a socket of pdm's.
 *
 * @param spec a Unix socket's path, `localhost:PORT`, `127.0.0.1:PORT` or `[::1]:PORT`
 * @throws TargetError (rejects) `ERR_PDM_TARGET_SOCKET` where nobody does, as far as we may see, or several may: those are listed
 */
export async function findSocketOwner(spec: string): Promise<number> {
  const port = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):(\d+)$/.exec(spec)?.[1];
  const inodes = port === undefined ? await findPathInodes(spec) : findPortInodes(Number(port));
  const owners = listPids().filter((pid) => listSocketInodes(pid).some((inode) => inodes.has(inode)));
  // A descriptor may have been passed on: by systemd, say, which has it too.
  const candidates = owners.filter((pid) => isNodeProcess(pid) === true);
  const [pid, ...others] = candidates.length === 0 ? owners : candidates;
  if (pid !== undefined && others.length === 0) return pid;
  const reason = port === undefined && !existsSync(spec) ? ": there is no such file here" : "";
  throw new TargetError(
    "ERR_PDM_TARGET_SOCKET",
    pid === undefined
      ? `no process of this machine that you may look at listens on ${spec}${reason}; give its process id, on the machine where it runs`
      : `several processes may listen on ${spec}; give the process id of one: ${[pid, ...others].join(", ")}`,
  );
}

function findPortInodes(port: number): ReadonlySet<string> {
  const listeners = listTcpListeners(process.pid).filter((listener) => listener.port === port);
  return new Set(listeners.map(({ inode }) => inode));
}

/** Connections after which it is certain enough which name gains one each time. */
const LEAST_CONNECTIONS = 3;
/** Where several still do: others are busy, too. */
const MOST_CONNECTIONS = 10;

/**
 * By connections, which wait to be accepted where the process is stuck: the kernel gives their other end the name under which the listener was
 * bound. The path says nothing: a socket may have been moved there since, as pdm's are.
 */
async function findPathInodes(path: string): Promise<ReadonlySet<string>> {
  const clients: Socket[] = [];
  let names: ReadonlySet<string> | undefined;
  try {
    while (clients.length < LEAST_CONNECTIONS || (names !== undefined && names.size > 1)) {
      if (clients.length === MOST_CONNECTIONS) break;
      const before = countConnections(listUnixSockets());
      clients.push(await open(path));
      const gained = await findGained(before);
      names = names === undefined ? gained : new Set([...names].filter((name) => gained.has(name)));
    }
  } catch {
    return new Set();
  } finally {
    for (const client of clients) client.destroy();
  }
  const listeners = listUnixSockets().filter(({ name, isListening }) => isListening && names?.has(name));
  return new Set(listeners.map(({ inode }) => inode));
}

async function open(path: string): Promise<Socket> {
  const client = connect(path);
  await once(client, "connect");
  // A service that closes it says nothing about who it is.
  client.on("error", () => undefined);
  return client;
}

/** The kernel's table may be read while it changes, and then lacks a line. */
const LOOKS = 10;
const LOOK_MS = 20;

async function findGained(before: ReadonlyMap<string, number>): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (let look = 0; look < LOOKS && names.size === 0; look += 1) {
    if (look > 0) await wait(LOOK_MS);
    for (const [name, count] of countConnections(listUnixSockets())) {
      if (count > (before.get(name) ?? 0)) names.add(name);
    }
  }
  return names;
}

/** `__SO_ACCEPTCON`: it listens. See proc_net_unix in proc(5). */
const LISTENS = 0x1_0000;

interface UnixSocket {
  readonly inode: string;
  readonly name: string;
  readonly isListening: boolean;
}

/** How many connections there are to each name. */
function countConnections(sockets: readonly UnixSocket[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name, isListening } of sockets) {
    if (name !== "" && !isListening) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function listUnixSockets(): UnixSocket[] {
  const lines = readFileSync("/proc/net/unix", "utf8").trimEnd().split("\n").slice(1);
  return lines.map((line) => {
    const [, , , flags = "", , , inode = "", ...name] = line.split(/\s+/);
    return { inode, name: name.join(" "), isListening: (Number.parseInt(flags, 16) & LISTENS) !== 0 };
  });
}
