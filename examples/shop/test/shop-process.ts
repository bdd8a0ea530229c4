import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

/** The repository, from where this file is built to. */
export const ROOT: string = path.resolve(import.meta.dirname, "..", "..", "..", "..");

/** How a shop ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shop started as the README says, with a folder for its sockets. */
export class ShopProcess {
  readonly folder: string = fs.mkdtempSync(path.join(os.tmpdir(), "pdm-shop-"));
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #ready: Promise<string>;

  /** @param args of the command line, made from the folder */
  constructor(args: (folder: string) => readonly string[]) {
    const child = spawn("npm", ["run", "-s", "shop", "--", ...args(this.folder)], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#ready = once(child.stdout.setEncoding("utf8"), "data").then(([line]) => String(line));
    const outputs = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    this.ended = outputs.then(([stdout, stderr, [status]]) => {
      fs.rmSync(this.folder, { recursive: true, force: true });
      return { status: Number(status), stdout, stderr };
    });
  }

  /** The line that it prints when it is open: URL and specs. @throws Error (rejects) where it ended instead */
  async ready(): Promise<{ readonly url: string; readonly specs: readonly string[] }> {
    const failed = this.ended.then(({ stderr }) => {
      throw new Error(`the shop did not start: ${stderr}`);
    });
    const line = await Promise.race([this.#ready, failed]);
    const match = /^shop (http:\S+) (.+)\n$/u.exec(line);
    if (match === null) throw new Error(`this is no ready line: ${line}`);
    const [, url = "", specs = ""] = match;
    return { url, specs: specs.split(" ") };
  }

  /** Asks it to end, and waits until it has. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}
