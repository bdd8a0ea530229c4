import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connectWatchdog } from "../../src/client.js";
import type { WatchdogClient, WatchdogState } from "../../src/client.js";
import type { Blocking } from "../fixtures/watched-daemon.js";

/** A service with a watchdog that can be blocked. */
export class Watched implements AsyncDisposable {
  readonly spec: string;
  readonly watchdogSpec: string;
  readonly process: ChildProcess;
  readonly auditFile: string;
  readonly #folder: string;
  #stderr = "";

  private constructor(folder: string, child: ChildProcess, watchdogSpec: string) {
    this.#folder = folder;
    this.process = child;
    this.watchdogSpec = watchdogSpec;
    this.spec = path.join(folder, "app.sock");
    this.auditFile = path.join(folder, "audit.jsonl");
    child.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
  }

  /** @param options of `listen`; a policy is the word "function" */
  static async start(options: object): Promise<Watched> {
    const folder = mkdtempSync(path.join(tmpdir(), "pdm-watched-"));
    const all = { auditFile: path.join(folder, "audit.jsonl"), ...options };
    const fixture = fileURLToPath(new URL("../fixtures/watched-daemon.js", import.meta.url));
    const child = fork(fixture, [path.join(folder, "app.sock"), JSON.stringify(all)], { silent: true });
    const [watchdogSpec] = (await once(child, "message")) as [string];
    return new Watched(folder, child, watchdogSpec);
  }

  get stderr(): string {
    return this.#stderr;
  }

  get files(): readonly boolean[] {
    return [this.spec, this.watchdogSpec].map((one) => existsSync(one));
  }

  block(how: Blocking): void {
    this.process.send(how);
  }

  /** Resolves when what was begun by `block` is over. */
  async turns(): Promise<void> {
    await once(this.process, "message");
  }

  connect(onBlocked?: () => void): Promise<WatchdogClient> {
    return connectWatchdog(this.spec, onBlocked === undefined ? {} : { onBlocked });
  }

  /** Resolves when the watchdog says so. */
  async waitFor(watchdog: WatchdogClient, isSo: (state: WatchdogState) => boolean): Promise<WatchdogState> {
    for (;;) {
      const state = await watchdog.state();
      if (isSo(state)) return state;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  readAudit(): readonly Readonly<Record<string, unknown>>[] {
    return readFileSync(this.auditFile, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, "exit");
      this.process.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
