import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expose, listen } from "../../src/index.js";
import type { Exposure, Listener, ListenOptions } from "../../src/index.js";
import { LineClient } from "./line-client.js";

/** Objects that are exposed as `shop.NAME`, on a fresh Unix socket of this process. */
export class RpcServer implements AsyncDisposable {
  readonly listener: Listener;
  readonly #exposure: Exposure;
  readonly #folder: string;
  readonly #clients: LineClient[] = [];

  private constructor(listener: Listener, exposure: Exposure, folder: string) {
    this.listener = listener;
    this.#exposure = exposure;
    this.#folder = folder;
  }

  static async start(objects: Readonly<Record<string, object>>, options: ListenOptions = {}): Promise<RpcServer> {
    const folder = mkdtempSync(path.join(tmpdir(), "pdm-rpc-"));
    const exposure = expose("shop", objects);
    const listener = await listen(path.join(folder, "rpc.sock"), options);
    return new RpcServer(listener, exposure, folder);
  }

  /** A client that is closed with the server, at the latest. */
  async connect(): Promise<LineClient> {
    const client = await LineClient.open(this.listener.spec);
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    this.#exposure.withdraw();
    await this.listener.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
