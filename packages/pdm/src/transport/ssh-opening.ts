import type { Duplex } from "node:stream";
import { ConnectError, formatConnectSpec } from "./connect-spec.js";
import type { ConnectSpec } from "./connect-spec.js";
import type { Opening } from "./opening.js";
import { findUnknownOption, planForward, planHelper } from "./ssh-arguments.js";
import type { SshArguments } from "./ssh-arguments.js";
import { nameSocketFolder } from "./ssh-folder.js";
import type { SocketFolder } from "./ssh-folder.js";
import { connectThroughForward } from "./ssh-forward.js";
import { connectThroughHelper } from "./ssh-helper.js";
import { startSsh } from "./ssh-process.js";
import type { SshEnd, SshProcess } from "./ssh-process.js";
import { explainForward, explainHelper, failedThere, summarizeSaid } from "./ssh-reason.js";

type SshSpec = Extract<ConnectSpec, { kind: "ssh" }>;

/**
 * Connects to a Unix socket on another machine through the system's ssh, with the user's own configuration, keys and agent: by
 * forwarding, else by the helper program of the Python library, where that is installed there. The second way is a second login.
 *
 * A path that does not begin with a slash is the helper's alone: for it that starts at the user's home folder, for
 * forwarding wherever the server happens to be. On Windows, where ssh cannot make a Unix socket, there is the helper alone too.
 */
export class SshOpening implements Opening {
  readonly socket: Promise<Duplex>;
  readonly #spec: SshSpec;
  readonly #unknownOptions = new Set<string>();
  #ssh: SshProcess | undefined;
  #abandoned = false;
  #progress = "";

  constructor(spec: SshSpec) {
    this.#spec = spec;
    this.socket = this.#open();
  }

  get progress(): string {
    const said = summarizeSaid(this.#ssh?.said ?? "");
    return said === "" ? this.#progress : `${this.#progress} (${said})`;
  }

  abandon(): void {
    this.#abandoned = true;
    this.#ssh?.end();
  }

  async #open(): Promise<Duplex> {
    const { path } = this.#spec;
    if (process.platform === "win32" || !path.startsWith("/")) return this.#callHelper();
    for (;;) {
      const connection = await this.#forward();
      if (!("said" in connection)) return connection;
      if (failedThere(connection)) return this.#callHelper(connection);
      if (!this.#learnsFrom(connection)) throw this.#createError(explainForward(path, connection));
    }
  }

  async #forward(): Promise<Duplex | SshEnd> {
    const { host, path } = this.#spec;
    this.#checkWanted();
    const folder = nameSocketFolder();
    this.#progress = "ssh has not logged in";
    const ssh = await this.#start(planForward(host, folder.socketPath, path), folder);
    return connectThroughForward(ssh, folder, () => {
      this.#progress = `ssh has logged in, but nothing came from ${path}: its event loop is busy, or it is no PDM socket`;
    });
  }

  /** @param forward how forwarding ended, where it was tried */
  async #callHelper(forward?: SshEnd): Promise<Duplex> {
    const { host, path } = this.#spec;
    for (;;) {
      this.#checkWanted();
      this.#progress = "the helper program has not answered";
      const connection = await connectThroughHelper(await this.#start(planHelper(host, path)));
      if (!("said" in connection)) return connection;
      if (!this.#learnsFrom(connection)) throw this.#createError(explainHelper(path, connection, forward));
    }
  }

  async #start(plan: SshArguments, folder?: SocketFolder): Promise<SshProcess> {
    try {
      const ssh = await startSsh(plan(this.#unknownOptions), folder);
      this.#ssh = ssh;
      if (this.#abandoned) ssh.end();
      return ssh;
    } catch (cause) {
      throw this.#createError(
        `ssh cannot be started: ${(cause as Error).message}; is OpenSSH's client installed?`,
        cause,
      );
    }
  }

  /** Whether it failed for an option that this ssh is too old for, which is left out from now on. */
  #learnsFrom({ said }: SshEnd): boolean {
    const option = findUnknownOption(said);
    if (option === undefined || this.#unknownOptions.has(option)) return false;
    this.#unknownOptions.add(option);
    return true;
  }

  #checkWanted(): void {
    if (this.#abandoned) throw this.#createError("given up");
  }

  #createError(reason: string, cause?: unknown): ConnectError {
    const options = cause === undefined ? undefined : { cause };
    return new ConnectError("ERR_PDM_CONNECT", `${formatConnectSpec(this.#spec)}: ${reason}`, options);
  }
}
