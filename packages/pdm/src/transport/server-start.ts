import { once } from "node:events";
import type { ListenOptions, Server } from "node:net";
import { mayUseNetwork } from "./permission.js";

/** Connections that the system may hold ready for us while the event loop is busy; the system's own limit may be lower. */
const BACKLOG = 128;

/**
 * Has the server listen in this very process, also in a cluster's worker, where Node by default has the primary do it.
 *
 * @throws the system's error (rejects), or Node's where its permission model forbids it
 */
export async function startListening(server: Server, options: ListenOptions & { fd?: number }): Promise<void> {
  // Node 26 throws it from a later turn of the event loop, where it ends the process.
  if (!mayUseNetwork()) {
    const message = "Node's permission model forbids it; start it with --allow-net";
    throw Object.assign(new Error(message), { code: "ERR_ACCESS_DENIED" });
  }
  const listening = once(server, "listening");
  server.listen({ ...options, exclusive: true, backlog: BACKLOG });
  await listening;
}
