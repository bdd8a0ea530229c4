import { PdmError } from "../errors.js";
import { formatHostPort, MAX_PORT, parseHostPort } from "./host-port.js";
import { isWindowsPipe } from "./socket-path.js";

/** Where to connect to. */
export type ConnectSpec =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "ssh"; readonly host: string; readonly path: string }
  | { readonly kind: "pipe"; readonly path: string };

/**
 * No connection; the message is `SPEC: reason`. Codes: `ERR_PDM_CONNECT_SPEC` (nothing that one can connect to),
 * `ERR_PDM_CONNECT_TIMEOUT`, `ERR_PDM_CONNECT_DISABLED` (the process runs, and wants not to be managed), and `ERR_PDM_CONNECT`, whose `cause` is the system's error, unless ssh gave the reason.
 */
export class ConnectError extends PdmError {}

/**
 * What is passed to ssh as HOST: also `USER@HOST` and `ssh://USER@HOST:PORT`. No part begins with a hyphen, or it would be an option of
 * ssh's, or of a program that ssh's configuration runs with it; and nothing in it is special to a shell that
 * runs such a program (CVE-2023-51385; newer releases of OpenSSH refuse the same).
 */
const SSH_HOST = /^(?!-|.*(?:@|\/\/)-)[^\s\p{Cc}'"`$;&<>|(){}]+$/u;

const FORMS = "PATH, HOST:PORT, [IPV6]:PORT, PORT (on localhost), HOST:/PATH (over ssh)";

/**
 * Reads a client's spec: a Unix socket's path begins with `/` or `.`, or has a slash before any colon; digits are a port of
 * localhost; the rest goes by the last colon, or the last before a slash: `HOST:PORT`, or `HOST:/PATH` for a Unix socket on another machine.
 *
 * @throws ConnectError `ERR_PDM_CONNECT_SPEC`, naming the spec
 */
export function parseConnectSpec(spec: string, platform: NodeJS.Platform = process.platform): ConnectSpec {
  if (typeof spec !== "string") {
    throw new ConnectError("ERR_PDM_CONNECT_SPEC", `the address is of type ${typeof spec}; give a string: ${FORMS}`);
  }
  if (spec.includes("\0")) throw specError(spec, "has a zero byte");
  if (isWindowsPipe(spec)) {
    if (platform === "win32") return { kind: "pipe", path: spec };
    throw specError(spec, "a Windows pipe, and this is not Windows");
  }
  if (/^[./]|^[^:]+\//.test(spec)) return { kind: "unix", path: spec };
  const address = /^\d+$/.test(spec) ? parseHostPort(`localhost:${spec}`) : parseHostPort(spec);
  if (address !== undefined && address.host !== "" && address.port !== 0) return { kind: "tcp", ...address };
  const [, host, path] = /^(ssh:\/\/[^/]+|(?!ssh:\/\/)[^/]+):([^/]*\/.*)$/s.exec(spec) ?? [];
  if (host !== undefined && path !== undefined) {
    // ssh takes an IPv6 address as it is.
    if (SSH_HOST.test(host)) return { kind: "ssh", host: host.replace(/^(.*@|)\[(.*)\]$/, "$1$2"), path };
    throw specError(
      spec,
      "the host begins with a hyphen, or has a character that none has; give HOST:/PATH or USER@HOST:/PATH",
    );
  }
  throw specError(spec, `${explain(spec)}; there are ${FORMS}`);
}

/** Why the spec is none, by what its writer probably meant. */
function explain(spec: string): string {
  const port = /^(?:.*[^:]:)?(\d+)$/s.exec(spec)?.[1];
  if (port !== undefined && Number(port) > MAX_PORT) return `the port is over ${MAX_PORT}`;
  if (port !== undefined && Number(port) === 0) return "nothing listens on port 0";
  if (/^[^:\s]+$/.test(spec)) return `nothing to connect to; a path needs a slash: ./${spec.slice(0, 200)}`;
  return "nothing to connect to";
}

/** The inverse of {@link parseConnectSpec}, up to the spelling. */
export function formatConnectSpec(spec: ConnectSpec): string {
  if (spec.kind === "tcp") return formatHostPort(spec);
  return spec.kind === "ssh" ? `${spec.host}:${spec.path}` : spec.path;
}

function specError(spec: string, reason: string): ConnectError {
  return new ConnectError("ERR_PDM_CONNECT_SPEC", `${JSON.stringify(spec.slice(0, 200))}: ${reason}`);
}
