import { PdmError } from "../errors.js";
import { MAX_PORT, parseHostPort } from "./host-port.js";
import { isWindowsPipe } from "./socket-path.js";

/** Where to listen. A Unix socket's `mode` is a number of permission bits, its `group` a name or a decimal gid. */
export type ListenSpec =
  | { readonly kind: "unix"; readonly path: string; readonly mode: number; readonly group: string | undefined }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "fd"; readonly fd: number }
  | { readonly kind: "pipe"; readonly path: string };

/**
 * It is not possible to listen there; nothing is left behind. Codes: `ERR_PDM_LISTEN_SPEC` (no listener spec), `…_IN_USE`,
 * `…_NOT_SOCKET` (another kind of file has the name), `…_PATH_TOO_LONG`, `…_NOT_LOOPBACK`, `…_FOLDER` (missing, not
 * writable or not safe), `…_GROUP`, `…_FD`, and `ERR_PDM_LISTEN` for what else the system refuses. `cause` is the
 * system's error, where there is one.
 */
export class ListenError extends PdmError {}

/** The mode of a Unix socket whose spec names none: only its owner may connect. */
export const DEFAULT_SOCKET_MODE = 0o600;

const FORMS = String.raw`PATH[:MODE[:GROUP]], ADDRESS:PORT, [IPV6]:PORT, fd:N, \\.\pipe\NAME (Windows)`;

/**
 * Reads a listener's spec: `PATH[:MODE[:GROUP]]`, `ADDRESS:PORT`, `[IPV6]:PORT`, `fd:N`, `\\.\pipe\NAME` or `\\?\pipe\NAME`.
 *
 * A PATH begins with `/` or `.`, or has a slash before any colon. MODE and GROUP are found from the end, behind the last
 * slash: MODE is three octal digits, with or without a leading zero, and any other part is one of the path, so that
 * `/run/a:b.sock` is a path. Digits that are no such mode are an error rather than a path. Addresses are judged when listening.
 *
 * @throws ListenError `ERR_PDM_LISTEN_SPEC`, naming the spec
 */
export function parseListenSpec(spec: string, platform: NodeJS.Platform = process.platform): ListenSpec {
  if (spec === "" || spec.includes("\0")) throw specError(spec, `is no address to listen on; there are ${FORMS}`);
  if (isWindowsPipe(spec)) {
    if (platform === "win32") return { kind: "pipe", path: spec };
    throw specError(spec, "is a Windows pipe, and this is not Windows; give a path such as /run/app.sock");
  }
  const descriptor = /^fd:(\d{1,9})$/.exec(spec);
  if (descriptor !== null) return { kind: "fd", fd: Number(descriptor[1]) };
  if (/^[./]|^[^:]+\//.test(spec)) {
    if (platform !== "win32") return parsePathSpec(spec);
    throw specError(spec, String.raw`is a Unix socket, and this is Windows; give a pipe such as \\.\pipe\app`);
  }
  const address = parseHostPort(spec);
  if (address !== undefined) return { kind: "tcp", ...address };
  throw specError(spec, `${explain(spec)}; there are ${FORMS}`);
}

/** Why the spec is none, by what its writer probably meant. */
function explain(spec: string): string {
  const port = /:(\d+)$/.exec(spec)?.[1];
  if (port !== undefined && Number(port) > MAX_PORT) return `has a port over ${MAX_PORT}`;
  if (/^\d+$/.test(spec)) return `is no address to listen on; a port needs a host: localhost:${spec.slice(0, 200)}`;
  if (/^[^:\s]+$/.test(spec)) return `is no address to listen on; a path needs a slash: ./${spec.slice(0, 200)}`;
  return "is no address to listen on";
}

function parsePathSpec(spec: string): ListenSpec {
  const parts = spec.slice(spec.lastIndexOf("/") + 1).split(":");
  // The first part is the path's whatever it looks like: a file may well be called `600`.
  const modeAt = parts.length > 2 && isDigits(parts.at(-2)) ? -2 : parts.length > 1 && isDigits(parts.at(-1)) ? -1 : 0;
  const [mode, group] = modeAt === 0 ? [] : parts.slice(modeAt);
  if (mode !== undefined && !/^0?[0-7]{3}$/.test(mode)) {
    throw specError(spec, `has no mode in ${JSON.stringify(mode)}; a mode is three octal digits, such as 0660`);
  }
  if (parts.length > 1 && parts.at(-1) === "") {
    throw specError(spec, "ends in a colon; give the mode or the group that belongs there, or leave it out");
  }
  const suffixLength = modeAt === 0 ? 0 : parts.slice(modeAt).join(":").length + 1;
  const path = spec.slice(0, spec.length - suffixLength);
  if (/(?:^|\/)\.{0,2}$/.test(path))
    throw specError(spec, "names a folder; give the socket's own path, such as /run/app.sock");
  return { kind: "unix", path, mode: mode === undefined ? DEFAULT_SOCKET_MODE : Number.parseInt(mode, 8), group };
}

function isDigits(part: string | undefined): boolean {
  return part !== undefined && /^\d+$/.test(part);
}

function specError(spec: string, reason: string): ListenError {
  return new ListenError("ERR_PDM_LISTEN_SPEC", `${JSON.stringify(spec.slice(0, 200))} ${reason}`);
}
