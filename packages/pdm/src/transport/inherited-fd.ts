import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Cluster } from "node:cluster";
import type { Server } from "node:net";
import { formatHostPort } from "./host-port.js";
import type { ListenAddress } from "./listen-address.js";
import { ListenError } from "./listen-spec.js";
import { isLoopbackAddress, notLoopback } from "./loopback.js";
import { startListening } from "./server-start.js";

/** Bytes of a table of the kernel's that are looked through: 8,000 Unix sockets; of TCP's the listening ones come first. */
const MAX_TABLE_BYTES = 1_048_576;

/**
 * Has the server listen on a socket that the process inherited, as systemd passes them from 3 upwards. Closing the server
 * closes the descriptor and removes no file: the socket belongs to who made it.
 *
 * What is recognisably no listening stream socket is refused before it is touched; where only trying shows it, and for a TCP
 * address that is not loopback, the descriptor is closed.
 *
 * @throws ListenError (rejects) `ERR_PDM_LISTEN_FD`, `ERR_PDM_LISTEN_NOT_LOOPBACK`
 */
export async function listenOnInheritedFd(server: Server, fd: number): Promise<ListenAddress> {
  const path = inspectDescriptor(fd);
  try {
    await startListening(server, { fd });
  } catch (cause) {
    throw fdError(fd, `cannot be listened on (${(cause as Error).message}); pass a socket that listens`, { cause });
  }
  const address = server.address();
  if (address === null || typeof address === "string") {
    // A Unix socket: Node does not know the name of one that it did not bind.
    return path === undefined ? { kind: "fd", fd } : { kind: "unix", path };
  }
  const { address: host, port } = address;
  if (isLoopbackAddress(host)) return { kind: "tcp", host, port };
  server.close();
  throw notLoopback(`fd:${fd} (${formatHostPort({ host, port })})`);
}

/** Refuses what is no listening stream socket, as far as can be told without touching it; the path of a Unix socket, if it is known. */
function inspectDescriptor(fd: number): string | undefined {
  if (fd < 3) throw fdError(fd, "is the standard input, output or error; inherited sockets begin at fd:3");
  // There a descriptor's number would be taken for one of the primary's.
  if (isClusterWorker()) throw fdError(fd, "cannot be used in a cluster's worker; give each worker a path of its own");
  let inode: string;
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isSocket()) throw fdError(fd, "is open, but is no socket; pass a socket that listens");
    inode = String(stats.ino);
  } catch (cause) {
    if (cause instanceof ListenError) throw cause;
    throw fdError(fd, "is not open; the process was started without it", { cause });
  }
  // Not found in any table is no verdict: the socket may come from another network namespace, the system have no /proc.
  const unix = findRow("/proc/self/net/unix", 6, inode);
  if (unix !== undefined) {
    const [, , , flags = "", type, , , path] = unix;
    const listens = type === "0001" && (Number.parseInt(flags, 16) & 0x1_0000) !== 0; // SOCK_STREAM, __SO_ACCEPTCON
    if (!listens) throw fdError(fd, "is a Unix socket that does not listen; pass one that does");
    return path?.startsWith("/") === true ? path : undefined;
  }
  const tcp = findRow("/proc/self/net/tcp", 9, inode) ?? findRow("/proc/self/net/tcp6", 9, inode);
  if (tcp !== undefined && tcp[3] !== "0A") throw fdError(fd, "is a connection; pass a socket that listens");
  return undefined;
}

function isClusterWorker(): boolean {
  // Its types are those of an import.
  return (process.getBuiltinModule("node:cluster") as unknown as Cluster).isWorker;
}

/** The fields of the row that has the inode in the given column; what comes after the last expected blank stays together. */
function findRow(table: string, column: number, inode: string): string[] | undefined {
  for (const line of readTable(table).split("\n")) {
    const fields = line.trim().split(/ +/);
    if (fields[column] === inode) return column === 6 ? [...fields.slice(0, 7), fields.slice(7).join(" ")] : fields;
  }
  return undefined;
}

function readTable(table: string): string {
  const chunks: string[] = [];
  const buffer = Buffer.alloc(65_536);
  let file: number | undefined;
  try {
    file = openSync(table, "r");
    for (let total = 0, got = 1; got > 0 && total < MAX_TABLE_BYTES; total += got) {
      got = readSync(file, buffer);
      chunks.push(buffer.toString("latin1", 0, got));
    }
  } catch {
    // No such table: then nothing is known from it.
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return chunks.join("");
}

function fdError(fd: number, reason: string, options?: ErrorOptions): ListenError {
  return new ListenError("ERR_PDM_LISTEN_FD", `fd:${fd} ${reason}`, options);
}
