// The service of shop-daemon.ts in a process of its own, and the terminals that are opened to it.
import { once } from "node:events";
import path from "node:path";
import readline from "node:readline";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { createFolder, startDaemon } from "./program-run.js";
import type { Daemon } from "./program-run.js";
import { NO_TMUX, Tmux } from "./tmux.js";
import type { Pane } from "./tmux.js";

const PROGRAM = fileURLToPath(new URL("shop-daemon.js", import.meta.url));

/** A service, and a tmux server to look at it from. */
export class Shop implements AsyncDisposable {
  readonly folder: string;
  readonly tmux: Tmux;
  readonly #daemon: Daemon;
  readonly #lines: readline.Interface;

  private constructor(folder: string, daemon: Daemon, tmux: Tmux) {
    this.folder = folder;
    this.tmux = tmux;
    this.#daemon = daemon;
    this.#lines = readline.createInterface({ input: daemon.child.stdout ?? process.stdin });
  }

  static async start(): Promise<Shop> {
    const folder = createFolder();
    const spec = path.join(folder, "shop.sock");
    const tmux = await Tmux.start();
    return new Shop(folder, await startDaemon(process.execPath, [PROGRAM, folder], spec), tmux);
  }

  get spec(): string {
    return this.#daemon.spec;
  }

  get pid(): number {
    return this.#daemon.child.pid ?? 0;
  }

  /** Where another of its sockets is, by its name: `look`, `blind`. */
  specOf(name: string): string {
    return path.join(this.folder, `${name}.sock`);
  }

  /** `pdm-repl` at its first prompt; on the service's main socket where the arguments name no other. */
  async open(args: readonly string[] = [this.spec], stateFolder?: string): Promise<Pane> {
    const pane = await this.tmux.openRepl(args, stateFolder);
    await pane.expectPrompt();
    return pane;
  }

  /** Types a command that calls `running()` at some point, and waits until it has come to there. */
  async begin(pane: Pane, command: string): Promise<void> {
    await pane.typeOut(command);
    const line = once(this.#lines, "line");
    await pane.press("Enter");
    await line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tmux[Symbol.asyncDispose]();
    this.#lines.close();
    this.#daemon.stop();
  }
}

/** The service that all tests of a file share. */
export function useShop(): { readonly shop: Shop } {
  let shop: Shop | undefined;
  before(async () => {
    if (NO_TMUX === false) shop = await Shop.start();
  });
  after(() => shop?.[Symbol.asyncDispose]());
  return {
    get shop() {
      if (shop === undefined) throw new Error("there is no service yet");
      return shop;
    },
  };
}
