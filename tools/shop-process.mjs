// The example shop as a process of its own, for as long as the tool that started it lives.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { ROOT, ToolError } from "./command.mjs";
import { makeTemporaryFolder, removeTree } from "./files.mjs";

/** Milliseconds that the shop gets to close. */
const CLOSE_TIMEOUT_MS = 5_000;

/** A running shop. */
export class ShopProcess {
  /** Its HTTP address. */
  url = "";
  /** Where it can be managed. */
  spec = "";
  #folder = makeTemporaryFolder();
  // Its own process group: Ctrl-C on the terminal is meant for the REPL. Over the channel it notices when this process ends.
  #child;

  constructor() {
    const spec =
      process.platform === "win32" ? `\\\\.\\pipe\\pdm-shop-${process.pid}` : path.join(this.#folder, "shop.sock");
    this.#child = spawn(process.execPath, ["examples/shop/dist/main.js", "--listen", spec, "--http", "0"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      detached: process.platform !== "win32",
    });
  }

  /**
   * Waits until the shop is open.
   *
   * @returns {Promise<string>} the line that it printed
   * @throws {ToolError} where it ended instead; standard error says why
   */
  async ready() {
    const { stdout } = this.#child;
    if (stdout === null) throw new TypeError("the shop's standard output is no pipe");
    for await (const line of createInterface({ input: stdout })) {
      const [, url = "", spec = ""] = line.split(" ");
      Object.assign(this, { url, spec });
      // What the shop's own code prints from now on.
      stdout.pipe(process.stdout);
      return line;
    }
    throw new ToolError("The shop did not start.");
  }

  /** Closes the shop and removes its files; a second call does nothing. */
  async end() {
    if (this.#child.connected) this.#child.disconnect();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_TIMEOUT_MS);
      await once(this.#child, "exit");
      clearTimeout(timer);
    }
    removeTree(this.#folder);
  }
}
