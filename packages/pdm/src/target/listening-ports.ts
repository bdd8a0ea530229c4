import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Where something listens: an address of TCP. */
export interface Address {
  /** As text, such as `127.0.0.1`, `::1`, or `0.0.0.0` and `::` for all of the machine's. */
  readonly host: string;
  readonly port: number;
}

/** Where a process listens with TCP, as its own network has it. Empty where we may not look at its descriptors. */
export function listListeners(pid: number): Address[] {
  return listSockets(pid, LISTENS).map(({ host, port }) => ({ host, port }));
}

/** The ports of {@link listListeners}. */
export function listListeningPorts(pid: number): number[] {
  return listListeners(pid).map(({ port }) => port);
}

/** How many clients are connected to a process at that port of it. */
export function countClients(pid: number, port: number): number {
  return listSockets(pid, CONNECTED).filter((socket) => socket.port === port).length;
}

/** Whether anybody in the process's network listens where it would itself. */
export function isTaken(pid: number, { host, port }: Address): boolean {
  return readSockets(pid, LISTENS).some((other) => other.port === port && overlaps(other.host, host));
}

/** Which of the processes that we may look at listens there. */
export function findPortOwner(pid: number, port: number): number | undefined {
  const inodes = new Set(readSockets(pid, LISTENS).flatMap((socket) => (socket.port === port ? [socket.inode] : [])));
  const owns = (other: number): boolean => listSocketInodes(other).some((inode) => inodes.has(inode));
  return listPids().find(owns);
}

/** Nobody can listen on one of two such addresses while the other is taken. */
function overlaps(one: string, other: string): boolean {
  return one === other || [one, other].some((host) => host === "0.0.0.0" || host === "::");
}

/** Every process that there is now. */
export function listPids(): number[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** States in `/proc/net/tcp`; see proc_net_tcp in the kernel's documentation. */
const LISTENS = "0A";
const CONNECTED = "01";

interface TcpSocket extends Address {
  readonly inode: string;
}

function listSockets(pid: number, state: string): TcpSocket[] {
  const inodes = new Set(listSocketInodes(pid));
  return inodes.size === 0 ? [] : readSockets(pid, state).filter(({ inode }) => inodes.has(inode));
}

/** Those of the whole network that the process sees. */
function readSockets(pid: number, wanted: string): TcpSocket[] {
  return ["tcp", "tcp6"].flatMap((table) => {
    try {
      const [, ...lines] = readFileSync(`/proc/${pid}/net/${table}`, "utf8").trimEnd().split("\n");
      return lines.flatMap((line) => {
        const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
        const [host = "", port = ""] = local.split(":");
        return state === wanted ? [{ host: readHost(host), port: Number.parseInt(port, 16), inode }] : [];
      });
    } catch {
      // A kernel without IPv6.
      return [];
    }
  });
}

/** Words of 32 bits in the machine's byte order, which is little-endian wherever Node.js runs on Linux but for s390x. */
function readHost(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => Array.from(Buffer.from(word, "hex").swap32()));
  const last = bytes.slice(-4).join(".");
  if (bytes.length === 4 || bytes.slice(0, 12).join() === MAPPED) return last;
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  if (groups.every((group) => group === 0)) return "::";
  if (groups.slice(0, 7).every((group) => group === 0)) return `::${groups[7]?.toString(16)}`;
  return groups.map((group) => group.toString(16)).join(":");
}

/** The beginning of an address of IPv4 within IPv6: RFC 4291, 2.5.5.2. */
const MAPPED = "0,0,0,0,0,0,0,0,0,0,255,255";

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
