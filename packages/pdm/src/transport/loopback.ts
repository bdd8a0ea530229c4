import { isIP, isIPv4 } from "node:net";
import { formatHostPort } from "./host-port.js";
import type { HostPort } from "./host-port.js";
import { ListenError } from "./listen-spec.js";

/** Whether only this machine can reach the address, a literal one: 127.0.0.0/8, `::1`, `::ffff:127.x.x.x`. */
export function isLoopbackAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const { BlockList } = process.getBuiltinModule("node:net");
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8, "ipv4"); // also answers for ::ffff:127.0.0.0/104
  loopback.addAddress("::1", "ipv6");
  return loopback.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/**
 * The addresses to try in turn for a host that must be loopback. `localhost` is answered here and not by a name server,
 * which may say anything.
 *
 * @throws ListenError `ERR_PDM_LISTEN_NOT_LOOPBACK` for every other host, "" and "all addresses" included
 */
export function listLoopbackAddresses({ host, port }: HostPort): readonly string[] {
  if (host.toLowerCase() === "localhost") return ["127.0.0.1", "::1"];
  if (isLoopbackAddress(host)) return [host];
  throw notLoopback(formatHostPort({ host, port }));
}

/** The error for an address that others can reach, with what to do instead. */
export function notLoopback(address: string): ListenError {
  return new ListenError(
    "ERR_PDM_LISTEN_NOT_LOOPBACK",
    `${address} is not loopback, and whoever connects can run code in this process; listen on a Unix socket, or on ` +
      "localhost:PORT, and reach it from elsewhere through `ssh -L`",
  );
}
