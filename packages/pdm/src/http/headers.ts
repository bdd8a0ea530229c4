import type { RawHeaders } from "./exchange.js";

/** Every header line as name, in lower case, and value. HTTP/2's pseudo-headers are left out. */
export function listHeaders(raw: RawHeaders): [name: string, value: string][] {
  if (typeof raw === "string") return listLines(raw);
  if (isNameValueList(raw)) return listPairs(raw);
  return Object.entries(raw)
    .filter(([name]) => !name.startsWith(":"))
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => pair(name, String(item))));
}

/** The host that the request names, with its port; HTTP/2 has a pseudo-header for it. */
export function findHost(raw: RawHeaders): string | null {
  const named = listHeaders(raw).find(([name]) => name === "host")?.[1];
  if (named !== undefined || typeof raw === "string" || isNameValueList(raw)) return named ?? null;
  return typeof raw[":authority"] === "string" ? raw[":authority"] : null;
}

/** The names that the other side, or the service, said hold secrets, in lower case; only HTTP/2 can say so. */
export function listSensitiveNames(raw: RawHeaders): string[] {
  // Node's own `http2.sensitiveHeaders` is not imported: that would load all of HTTP/2 into every process.
  const symbol = Object.getOwnPropertySymbols(raw).find(({ description }) => description?.endsWith("sensitiveHeaders"));
  const names: unknown = symbol === undefined ? undefined : (raw as Record<symbol, unknown>)[symbol];
  return Array.isArray(names) ? names.map((name) => String(name).toLowerCase()) : [];
}

/** The text after the status code in a response's head, empty where there is none, as in HTTP/2. */
export function readStatusMessage(head: RawHeaders): string {
  return typeof head === "string" ? (/^HTTP\/1\.\d \d+ (.*)/u.exec(head)?.[1] ?? "") : "";
}

/** The text of a response's head; the first line is the status line. */
function listLines(head: string): [string, string][] {
  return head
    .split("\r\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      return pair(line.slice(0, colon), line.slice(colon + 1).trim());
    });
}

function listPairs(items: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < items.length; index += 2) pairs.push(pair(items[index], items[index + 1]));
  return pairs;
}

function pair(name: string = "", value: string = ""): [string, string] {
  return [name.toLowerCase(), value];
}

function isNameValueList(raw: RawHeaders): raw is readonly string[] {
  return Array.isArray(raw);
}
