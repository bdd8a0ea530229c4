import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { SSH_SAID_CHARACTERS } from "../limits.js";
import { SSH_VARIABLES } from "./ssh-arguments.js";
import { SOCKET_NAME } from "./ssh-folder.js";
import type { SocketFolder } from "./ssh-folder.js";

/** The name that the shell puts before its own complaints. */
const GUARD_NAME = "pdm-ssh";

/**
 * Runs ssh until it ends or until nobody holds the other end of descriptor 3, the lifeline: so ssh cannot outlive this
 * process, however that dies. Before, it makes the folder, where one is named; in the end it removes it, if it is still there; from
 * inside, since by then its name may be somebody else's.
 *
 * A terminal's signals (Ctrl-C, a closed window) are for this process to answer: ssh inherits that they are ignored, except
 * while it asks for a passphrase. It is ended by SIGTERM, on which it gives the terminal back as it was; more than once, since
 * release 9.2 was seen to overlook one that comes just before it waits for input. SIGUSR1 ends the shell that watches.
 */
const GUARD = `
folder=$1; shift
trap '' HUP INT QUIT TERM
exec 4<&0
[ -z "$folder" ] || (umask 077; mkdir "$folder") || exit 1
{ trap - TERM; exec "$@"; } <&4 3<&- 4<&- & ssh=$!
exec </dev/null >/dev/null 2>&1 4<&-
[ -z "$folder" ] || cd "$folder" || folder=
{ read -r line <&3; trap '' USR1; while kill "$ssh"; do sleep 0.1 || sleep 1; done; } & watch=$!
exec 3<&-
wait "$ssh"; status=$?
kill -USR1 "$watch"; wait "$watch"
[ -z "$folder" ] || { rm -f "${SOCKET_NAME}"; rmdir "$folder"; }
exit "$status"
`;

/** How long a program that ssh has run for the connection may hold its standard error when ssh is gone. */
const LAST_WORDS_MS = 300;

/** How ssh ended. */
export interface SshEnd {
  /** 255 for ssh's own failures, else that of the remote command; null where a signal ended it. */
  readonly status: number | null;
  /** The end of what it wrote to standard error. */
  readonly said: string;
}

/**
 * Starts the system's ssh. It shares this process's terminal, where it may ask for a passphrase.
 *
 * @param folder is made before ssh starts, and removed when it has ended
 * @throws the system's error (rejects)
 */
export async function startSsh(args: readonly string[], folder?: SocketFolder): Promise<SshProcess> {
  // Loaded here, since hardly any client goes over ssh.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child =
    process.platform === "win32"
      ? spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"], windowsHide: true })
      : spawn("sh", ["-c", GUARD, GUARD_NAME, folder?.path ?? "", "ssh", ...args], {
          stdio: ["pipe", "pipe", "pipe", "pipe"],
          env: { ...process.env, ...SSH_VARIABLES },
        });
  if (child.pid !== undefined) return new SshProcess(child);
  const [error] = (await once(child, "error")) as [Error];
  throw error;
}

/** Whether what the guard's shell said is that there is no ssh. */
export function lacksSsh({ status, said }: SshEnd): boolean {
  return status === 127 && said.startsWith(`${GUARD_NAME}:`);
}

/** The running ssh. It keeps this process alive until `release`. */
export class SshProcess {
  readonly input: Socket;
  readonly output: Socket;
  /** Resolves when it is gone and all that it said has arrived. Never rejects. */
  readonly ended: Promise<SshEnd>;
  readonly #child: ChildProcess;
  readonly #errors: Socket;
  readonly #lifeline: Socket | undefined;
  #said = "";
  #hasEnded = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.input = takeSocket(child.stdio[0]);
    this.output = takeSocket(child.stdio[1]);
    this.#errors = takeSocket(child.stdio[2]);
    this.#lifeline = child.stdio[3] ? takeSocket(child.stdio[3]) : undefined;
    // What goes wrong with a pipe is that ssh has ended, which is noticed anyway.
    for (const socket of [this.input, this.output, this.#errors, this.#lifeline]) socket?.on("error", () => undefined);
    child.on("error", () => undefined);
    this.#errors.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-SSH_SAID_CHARACTERS);
    });
    this.ended = this.#waitForEnd();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The end of what it has written to standard error by now. */
  get said(): string {
    return this.#said;
  }

  /** Has it end. May be called again. */
  end(): void {
    if (this.#lifeline === undefined) this.#child.kill();
    else this.#lifeline.destroy();
  }

  /** From now on only `input` and `output` keep this process alive. */
  release(): void {
    this.#child.unref();
    this.#errors.unref();
    this.#lifeline?.unref();
  }

  async #waitForEnd(): Promise<SshEnd> {
    const saidAll = new Promise((resolve) => this.#errors.on("close", resolve));
    const status = await new Promise<number | null>((resolve) => this.#child.on("exit", resolve));
    this.#lifeline?.destroy();
    const timer = setTimeout(() => this.#errors.destroy(), LAST_WORDS_MS).unref();
    await saidAll;
    clearTimeout(timer);
    this.#hasEnded = true;
    return { status, said: this.#said };
  }
}

function takeSocket(stream: unknown): Socket {
  if (stream instanceof Socket) return stream;
  throw new TypeError("this runtime gives a child process no sockets for its standard streams");
}
