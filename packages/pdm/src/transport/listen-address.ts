import { formatHostPort } from "./host-port.js";

/** Where a listener is reached; `fd` stands for an inherited socket whose own address cannot be found out. */
export type ListenAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "pipe"; readonly path: string }
  | { readonly kind: "fd"; readonly fd: number };

/** What a client passes to `connect()` for it; for an unknown address `fd:N`, which no client can use. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === "tcp") return formatHostPort(address);
  return address.kind === "fd" ? `fd:${address.fd}` : address.path;
}
