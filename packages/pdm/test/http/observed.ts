import { once } from "node:events";
import type { Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { AddressInfo } from "node:net";
import { findModule } from "../../src/objects/registry.js";
import type { EventChannel, StaticDirectory } from "../../src/index.js";
import type { ExchangeView } from "../../src/http/exchange-view.js";
import type { RequestFinished, RequestStarted } from "../../src/http/request-event.js";

/** What `pdm.http.statistics/NAME` says. */
export function readStatistic(name: string): unknown {
  const directory = findModule("pdm.http")?.get("statistics") as StaticDirectory;
  return (directory.lookup(name) as { read(): unknown }).read();
}

/** What the two attributes with exchanges say. */
export function readExchanges(name: "latest" | "slowest"): ExchangeView[] {
  return readStatistic(name) as ExchangeView[];
}

/** The exchange that ended last. */
export function readLatest(): ExchangeView {
  const [latest] = readExchanges("latest");
  if (latest === undefined) throw new Error("no exchange has ended");
  return latest;
}

/** The events of `pdm.http.requests`, or of another module's. */
export function findRequests(module: string = "pdm.http"): EventChannel<RequestStarted | RequestFinished> {
  return findModule(module)?.get("requests") as EventChannel<RequestStarted | RequestFinished>;
}

/** Waits until that many requests have ended and none goes on. @throws Error (rejects) when they have not in ten seconds */
export async function requestsEnded(count: number): Promise<void> {
  const end = performance.now() + 10_000;
  while (readStatistic("count") !== count || readStatistic("inFlight") !== 0) {
    if (performance.now() > end) {
      const seen = `${String(readStatistic("count"))} ended, ${String(readStatistic("inFlight"))} in flight`;
      throw new Error(`${seen}, where ${count} should have ended`);
    }
    await delay(5);
  }
}

/** A server that listens on a free port of the loopback address until the end of the block. */
export class ListeningServer implements AsyncDisposable {
  readonly server: Server;
  readonly #closeConnections: () => void;

  private constructor(server: Server, closeConnections: () => void) {
    this.server = server;
    this.#closeConnections = closeConnections;
  }

  static async start(server: Server & { closeAllConnections?: () => void }): Promise<ListeningServer> {
    const sockets = new Set<{ destroy(): void }>();
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ListeningServer(server, () => {
      for (const socket of sockets) socket.destroy();
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.#closeConnections();
    await closed;
  }
}
