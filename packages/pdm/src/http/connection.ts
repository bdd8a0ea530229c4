import type { Exchange, Peer } from "./exchange.js";
import type { Statistics } from "./statistics.js";

/** What is read of a socket; any stream may stand in for one, and then has not all of it. */
export interface SocketView {
  readonly bytesRead?: number | undefined;
  readonly bytesWritten?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly encrypted?: unknown;
}

/** A connection that carries exchanges. */
export class Connection {
  readonly peer: Peer;
  readonly #socket: SocketView;
  #received = 0;
  #sent = 0;

  constructor(socket: SocketView) {
    this.#socket = socket;
    this.peer = {
      scheme: socket.encrypted === true ? "https" : "http",
      address: socket.remoteAddress ?? null,
      port: socket.remotePort ?? null,
    };
  }

  /**
   * Adds the bytes since the last call to the statistics, and says of the exchange, where one is given, that they were its own.
   * What an exchange that was cut off sent is left out: Node counts what it has been given, whether or not that ever left.
   */
  countBytes(statistics: Statistics, exchange?: Exchange): void {
    const { bytesRead = 0, bytesWritten = 0 } = this.#socket;
    const received = bytesRead - this.#received;
    const sent = bytesWritten - this.#sent;
    this.#received = bytesRead;
    this.#sent = bytesWritten;
    statistics.received += received;
    if (exchange !== undefined) exchange.received = received;
    if (exchange?.aborted === true) return;
    statistics.sent += sent;
    if (exchange !== undefined) exchange.sent = sent;
  }
}
