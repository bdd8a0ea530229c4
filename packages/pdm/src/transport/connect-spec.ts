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
 * `ERR_PDM_CONNECT_TIMEOUT`, and `ERR_PDM_CONNECT`, whose `cause` is the system's error.
 */
export class ConnectError extends PdmError {}

const FORMS = "PATH, HOST:PORT, [IPV6]:PORT, PORT (on localhost), HOST:/PATH (over ssh)";

/**
 * Reads a client's spec: a Unix socket's path begins with `/` or `.`, or has a slash before any colon; digits are a port of
 * localhost; the rest goes by the last colon: `HOST:PORT`, or `HOST:/PATH` for a Unix socket on another machine.
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
  const remote = /^(.*):([^:]*\/.*)$/s.exec(spec);
  // A host that begins with a hyphen would be an option of ssh.
  if (remote?.[1] !== undefined && /^[^-\s]\S*$/.test(remote[1])) {
    return { kind: "ssh", host: remote[1], path: remote[2] ?? "" };
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
