import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RequestError } from "./reply.js";
import type { Reply } from "./reply.js";
import { answer } from "./routes.js";
import type { Counter } from "./routes.js";

/** Milliseconds that clients get to read their last answer when the server closes. */
const CLOSE_GRACE_MS = 2_000;

/** The shop's HTTP server: JSON in and out, on the loopback address. */
export class ShopServer {
  readonly #counter: Counter;
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response);
  });

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  /** Returns the URL. @throws the system's error (rejects) where the port is taken */
  async listen(port: number): Promise<string> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Stops listening, and resolves when the last connection is closed. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(timer);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    send(response, await this.#answer(request));
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    try {
      return await answer(this.#counter, request);
    } catch (error) {
      if (error instanceof RequestError)
        return { status: error.status, body: { error: error.message }, headers: error.headers };
      if (!request.destroyed || request.complete) console.error(error);
      return { status: 500, body: { error: "this went wrong here, not there" } };
    }
  }
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = `${JSON.stringify(body)}\n`;
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, { ...headers, "content-type": "application/json", "content-length": length });
  response.end(text);
}
