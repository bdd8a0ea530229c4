import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { ListenError } from "./listen-spec.js";

/** The largest gid; the one above means "leave it" to `chown`. */
const MAX_GID = 2 ** 32 - 2;
/** A directory service that does not answer must not hold up the service's start for longer. */
const GETENT_TIMEOUT_MS = 5_000;

/**
 * The gid of a group, given by name or in decimal. Names are looked up in `/etc/group`, then with the system's `getent`,
 * which also knows those of directory services.
 *
 * @throws ListenError `ERR_PDM_LISTEN_GROUP` (rejects) when there is no such group, or no way to find out
 */
export async function findGroup(group: string): Promise<number> {
  if (/^\d+$/.test(group)) {
    if (Number(group) <= MAX_GID) return Number(group);
    throw noSuchGroup(group);
  }
  const gid = findGid(readGroupFile(), group) ?? findGid(await askGetent(group), group);
  if (gid === undefined) throw noSuchGroup(group);
  return gid;
}

/** Finds the group in lines of `NAME:PASSWORD:GID:MEMBERS`. */
function findGid(lines: string, group: string): number | undefined {
  for (const line of lines.split("\n")) {
    const [name, , gid] = line.split(":", 3);
    if (name === group && gid !== undefined && /^\d+$/.test(gid)) return Number(gid);
  }
  return undefined;
}

function readGroupFile(): string {
  try {
    return readFileSync("/etc/group", "utf8");
  } catch {
    return ""; // as in a container without one
  }
}

async function askGetent(group: string): Promise<string> {
  if (group.startsWith("-")) return ""; // it would be an option
  try {
    const execFile = promisify(process.getBuiltinModule("node:child_process").execFile);
    return (await execFile("getent", ["group", group], { timeout: GETENT_TIMEOUT_MS })).stdout;
  } catch {
    return ""; // no such group, or no such program
  }
}

function noSuchGroup(group: string): ListenError {
  return new ListenError(
    "ERR_PDM_LISTEN_GROUP",
    `${JSON.stringify(group)} is no group of this system; give one that exists, or its number`,
  );
}
