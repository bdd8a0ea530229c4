import { once } from "node:events";
import type { ListenOptions, Server } from "node:net";

/** Connections that the system may hold ready for us while the event loop is busy; the system's own limit may be lower. */
const BACKLOG = 128;

/**
 * Has the server listen in this very process, also in a cluster's worker, where Node by default has the primary do it.
 *
 * @throws the system's error (rejects)
 */
export async function startListening(server: Server, options: ListenOptions & { fd?: number }): Promise<void> {
  const listening = once(server, "listening");
  server.listen({ ...options, exclusive: true, backlog: BACKLOG });
  await listening;
}
