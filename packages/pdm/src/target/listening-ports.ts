import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The ports of TCP on which a process listens, as its own network has them. Empty where we may not look at its descriptors. */
export function listListeningPorts(pid: number): number[] {
  const inodes = new Set(listSocketInodes(pid));
  return inodes.size === 0 ? [] : readListeners(pid).flatMap(({ port, inode }) => (inodes.has(inode) ? [port] : []));
}

/** Whether anybody listens on that port in the process's network. */
export function isPortTaken(pid: number, port: number): boolean {
  return readListeners(pid).some((listener) => listener.port === port);
}

/** Which of the processes that we may look at listens there. */
export function findPortOwner(pid: number, port: number): number | undefined {
  const inodes = new Set(readListeners(pid).flatMap((listener) => (listener.port === port ? [listener.inode] : [])));
  const owns = (other: number): boolean => listSocketInodes(other).some((inode) => inodes.has(inode));
  return listPids().find(owns);
}

/** Every process that there is now. */
export function listPids(): number[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** The state "listen" in `/proc/net/tcp`; see proc_net_tcp in the kernel's documentation. */
const LISTEN = "0A";

function readListeners(pid: number): { readonly port: number; readonly inode: string }[] {
  return ["tcp", "tcp6"].flatMap((table) => {
    try {
      const [, ...lines] = readFileSync(`/proc/${pid}/net/${table}`, "utf8").trimEnd().split("\n");
      return lines.flatMap((line) => {
        const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
        return state === LISTEN ? [{ port: Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16), inode }] : [];
      });
    } catch {
      // A kernel without IPv6.
      return [];
    }
  });
}

/** The sockets that it has open; none where we may not look. */
export function listSocketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => readSocketInode(`/proc/${pid}/fd/${name}`));
  } catch {
    // Another user's, or gone.
    return [];
  }
}

function readSocketInode(path: string): string[] {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
    return inode === undefined ? [] : [inode];
  } catch {
    // Closed meanwhile.
    return [];
  }
}
