// One process that is measured, seen from the benchmark.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Milliseconds that a request may take beyond what it was asked to do. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Milliseconds that a process gets to end by itself. */
const END_TIMEOUT_MS = 2_000;

/** A running program of `programs/` that answers requests over IPC, which wakes it: nothing is asked while it is measured. */
export class Peer {
  #program;
  #child;

  /**
   * @param {string} program its name, for errors
   * @param {readonly [string, ...string[]]} command
   * @param {Readonly<Record<string, string>>} env besides what this process has
   */
  constructor(program, [command, ...args], env) {
    this.#program = program;
    this.#child = spawn(command, args, {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, ...env },
    });
    // What was on its way when the process was ended: whoever waits for an answer is told of the end itself.
    this.#child.on("error", () => {});
  }

  /**
   * Asks the process to do something, and waits until it is done; one request at a time.
   *
   * @param {string} command
   * @param {unknown} [argument]
   * @returns {Promise<any>}
   * @throws {Error} where it failed there, the process ended, or does not answer
   */
  async request(command, argument) {
    const what = `${this.#program}: ${command}`;
    const ended = new AbortController();
    try {
      const { result, error } = await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${what}: no answer`)), REQUEST_TIMEOUT_MS);
        ended.signal.addEventListener("abort", () => clearTimeout(timer));
        this.#on("message", resolve, ended.signal);
        this.#on("error", reject, ended.signal);
        this.#on("exit", (status) => reject(new Error(`${what}: the process ended (${status})`)), ended.signal);
        this.#child.send({ command, argument }, (failure) => failure && reject(failure));
      });
      if (error !== undefined) throw new Error(`${what}: ${error}`);
      return result;
    } finally {
      ended.abort();
    }
  }

  /** Ends the process, and waits until it is gone; a second call does nothing. */
  async end() {
    const child = this.#child;
    if (child.connected) child.disconnect();
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => child.kill("SIGKILL"), END_TIMEOUT_MS);
    await once(child, "exit");
    clearTimeout(timer);
  }

  /**
   * @param {string} event
   * @param {(value: any) => void} listener
   * @param {AbortSignal} until
   */
  #on(event, listener, until) {
    this.#child.on(event, listener);
    until.addEventListener("abort", () => this.#child.off(event, listener));
  }
}
