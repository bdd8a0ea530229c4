/** What the tests of this folder share: a folder for each test, starters, dead sockets. */
import assert from "node:assert/strict";
import { fork, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, linkSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { NetConnectOpts, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseListenSpec } from "../../src/transport/listen-spec.js";
import { openListener } from "../../src/transport/listener.js";
import type { TransportListener } from "../../src/transport/listener.js";
import type { StarterCommand, StarterReply, StarterSettings, Step } from "./starter.js";

/** A test's context, or what else has things done at its end. */
interface Ending {
  after(act: () => unknown): void;
}

/** Whether files may be given away, and the process become another user for a while. */
export const IS_ROOT: boolean = process.geteuid?.() === 0;

/** Why tests that need what Node has not, such as datagram sockets, cannot run; false when they can. */
export const NO_PYTHON: string | false =
  spawnSync("python3", ["--version"]).status !== 0 && "needs python3, for sockets that Node cannot make";

/** A fresh folder with a short path, removed after the test. */
export function makeFolder(context: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), "pdm-tr-"));
  chmodSync(folder, 0o755);
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function modeOf(path: string): number {
  return lstatSync(path).mode & 0o777;
}

/** Opens a listener in this process, which says "hello" and ends the connection unless something else is to be done. */
export function open(
  spec: string,
  onSocket: (socket: Socket) => unknown = (socket) => socket.end("hello\n"),
): Promise<TransportListener> {
  return openListener(parseListenSpec(spec), {
    onSocket: (socket) => {
      socket.on("error", () => undefined);
      socket.resume();
      onSocket(socket);
    },
    onError: (error) => assert.fail(error),
  });
}

/** A process that runs `starter.ts`. */
export class Starter {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.process = child;
    this.exited = once(child, "exit");
  }

  /** @param python statements that `python3` runs in the process before it becomes the starter, to leave it descriptors */
  static async start(
    context: Ending,
    settings: StarterSettings = {},
    { env = {}, python }: { env?: NodeJS.ProcessEnv; python?: string } = {},
  ): Promise<Starter> {
    const become = `import os, socket, sys\n${python}\nos.execv(os.environ["NODE"], ["node"] + sys.argv[1:])`;
    const child = fork(join(import.meta.dirname, "starter.js"), [JSON.stringify(settings)], {
      env: { ...process.env, NODE: process.execPath, ...env },
      execArgv: python === undefined ? [] : ["-c", become],
      ...(python === undefined ? {} : { execPath: "python3" }),
      stdio: ["ignore", "inherit", "ignore", "ipc"],
    });
    const starter = new Starter(child);
    context.after(async () => {
      child.kill("SIGKILL");
      await starter.exited;
    });
    await once(child, "message");
    return starter;
  }

  /** The reply, or "killed" where there comes none. */
  ask(command: StarterCommand): Promise<StarterReply | "killed"> {
    const reply = once(this.process, "message").then(([message]) => message as StarterReply);
    this.process.send(command);
    return Promise.race([reply, this.exited.then(() => "killed" as const)]);
  }

  /** Opens a listener that must open. */
  async open(spec?: string): Promise<{ spec: string; steps: readonly Step[] }> {
    const reply = await this.ask(spec === undefined ? { do: "open" } : { do: "open", spec });
    if (reply !== "killed" && "opened" in reply) return { spec: reply.opened, steps: reply.steps };
    throw new Error(`not opened: ${JSON.stringify(reply)}`);
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exited;
  }

  /** Tells it something that ends it, and waits for the end: exit code and signal. */
  async end(command: StarterCommand): Promise<[code: number | null, signal: string | null]> {
    this.process.send(command);
    return (await this.exited) as [number | null, string | null];
  }
}

/** Leaves a socket at `path` that nothing listens on, as SIGKILL does: only a socket's first name is removed with it. */
export async function leaveDeadSocket(path: string): Promise<void> {
  const server = createServer();
  server.listen(`${path}.1`);
  await once(server, "listening");
  linkSync(`${path}.1`, path);
  server.close();
  await once(server, "close");
}

/** Everything that the service says until it ends the connection. */
export function readAll(target: string | NetConnectOpts): Promise<string> {
  return text(connect(typeof target === "string" ? { path: target } : target));
}

/** The code of the error of connecting; undefined when it connects. */
export async function probe(path: string): Promise<string | undefined> {
  const socket: Socket = connect({ path });
  try {
    await once(socket, "connect");
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
  }
}
