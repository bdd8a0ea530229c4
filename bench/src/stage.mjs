// Everything that is started and made while a row is measured, so that nothing is left behind.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Peer } from "./peer.mjs";

/** @import { ChildProcess } from "node:child_process" */
/** @import { Placement } from "./placement.mjs" */

/** What a program that ran to its end did. @typedef {{ output: string, wallMs: number }} Finished */

/** What Node.js itself is told: arguments in front of the program, and variables. @typedef {{ args?: readonly string[], env?: Readonly<Record<string, string>> }} NodeSetting */

/** The processes and sockets of one row in one placement. */
export class Stage {
  #placement;
  #folder = mkdtempSync(path.join(os.tmpdir(), "pdm-bench-"));
  #sockets = 0;
  #cleared = false;
  /** @type {Set<Peer>} */
  #peers = new Set();
  /** @type {Set<ChildProcess>} */
  #children = new Set();

  /** @param {Placement} placement */
  constructor(placement) {
    this.#placement = placement;
  }

  /** @returns {string} where nothing listens yet */
  makeSocketPath() {
    this.#sockets += 1;
    const name = `${this.#sockets}.sock`;
    if (process.platform === "win32") return `\\\\.\\pipe\\pdm-bench-${process.pid}-${name}`;
    return path.join(this.#folder, name);
  }

  /**
   * Starts a program of `programs/` that answers requests.
   *
   * @param {string} program
   * @param {NodeSetting} [setting]
   * @returns {Peer}
   * @throws {Error} once the stage is cleared
   */
  start(program, { args = [], env = {} } = {}) {
    this.#checkOpen();
    const peer = new Peer(program, this.#makeCommand(program, args), env);
    this.#peers.add(peer);
    return peer;
  }

  /**
   * Runs a program of `programs/` to its end.
   *
   * @param {string} program
   * @param {readonly string[]} args
   * @returns {Promise<Finished>} `wallMs` from the start until it has ended
   * @throws {Error} where it fails, and once the stage is cleared
   */
  async run(program, args) {
    this.#checkOpen();
    const [command, ...rest] = this.#makeCommand(program);
    const startedAt = performance.now();
    const child = spawn(command, [...rest, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    this.#children.add(child);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    try {
      const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
      if (status !== 0) throw new Error(`${program} ended with status ${status}`);
    } finally {
      this.#children.delete(child);
    }
    return { output, wallMs: performance.now() - startedAt };
  }

  /** Ends every process, and removes the sockets; nothing can be started any more. */
  async clear() {
    this.#cleared = true;
    for (const child of this.#children) child.kill("SIGKILL");
    // The last first, and one after the other: a client would complain of a server that is gone.
    for (const peer of [...this.#peers].toReversed()) await peer.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @param {string} program @param {readonly string[]} [nodeArgs] @returns {[string, ...string[]]} */
  #makeCommand(program, nodeArgs = []) {
    const file = fileURLToPath(new URL(`./programs/${program}.mjs`, import.meta.url));
    const [command, ...args] = [...this.#placement.prefix, process.execPath, "--expose-gc", ...nodeArgs, file];
    return [command, ...args];
  }

  #checkOpen() {
    if (this.#cleared) throw new Error("the benchmark is being ended");
  }
}
