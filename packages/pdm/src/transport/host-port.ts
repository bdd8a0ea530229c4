import { isIPv6 } from "node:net";

/** The highest port of TCP. */
export const MAX_PORT = 65_535;

/** An address of TCP; `host` is without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `HOST:PORT` or `[IPV6]:PORT`. A host with colons needs its brackets: without them `::1:80` says two things.
 *
 * @returns undefined for anything else, a port over 65535 included; an empty host is the caller's to judge
 */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, bracketed, plain = ""] = match;
  const port = Number(match[3]);
  if (port > MAX_PORT || (bracketed !== undefined && !isIPv6(bracketed))) return undefined;
  return { host: bracketed ?? plain, port };
}

/** The inverse of {@link parseHostPort}. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
