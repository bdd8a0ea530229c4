/**
 * A service as the tests need it, in a process of its own (`fork`): opens listeners when told to, and says what came of it.
 * Every connection gets the line `PID` and is ended.
 *
 * The first argument is JSON, {@link StarterSettings}.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Server } from "node:net";
import { dirname } from "node:path";
import { parseListenSpec } from "../../src/transport/listen-spec.js";
import { openListener } from "../../src/transport/listener.js";
import type { TransportListener } from "../../src/transport/listener.js";

export interface StarterSettings {
  readonly umask?: number;
  /** Kills the process with SIGKILL just before the step of this number, counting from 1; see {@link StarterReply}. */
  readonly killAtStep?: number;
  /** Just before the first step of this name, puts a decoy in the place of the private folder, as one could who owns its parent. */
  readonly decoyBefore?: string;
}

export type StarterCommand =
  | { readonly do: "open"; readonly spec?: string; readonly name?: string }
  | { readonly do: "close" }
  /** Lets go of the channel, so that nothing but the listener could keep the process alive. */
  | { readonly do: "disconnect" }
  | { readonly do: "exit" }
  | { readonly do: "throw" };

/** What changed the file system or bound the socket while opening, with the rights at that moment, in order. */
export interface Step {
  readonly name: string;
  /** Modes of the socket and of the folder it is in: after `listen`, before `linkSync` and `renameSync`. */
  readonly socketMode?: number;
  readonly folderMode?: number;
}

export type StarterReply =
  | { readonly ready: true }
  | { readonly opened: string; readonly steps: readonly Step[] }
  | { readonly failed: string; readonly message: string }
  | { readonly closed: true };

const settings = JSON.parse(process.argv[2] ?? "{}") as StarterSettings;
if (settings.umask !== undefined) process.umask(settings.umask);
const steps: Step[] = [];
let privateFolder = "";

function placeDecoy(): void {
  fs.renameSync(privateFolder, `${privateFolder}.moved`);
  fs.mkdirSync(privateFolder, { mode: 0o755 });
  fs.writeFileSync(`${privateFolder}/${privateFolder.slice(-6)}`, "decoy", { mode: 0o600 });
  if (process.geteuid?.() === 0) fs.chownSync(privateFolder, 4242, 4242);
}

function beginStep(step: Step): void {
  if (step.name === settings.decoyBefore && !steps.some(({ name }) => name === step.name)) {
    steps.push(step);
    placeDecoy();
  }
  steps.push(step);
  if (steps.length !== settings.killAtStep) return;
  process.kill(process.pid, "SIGKILL");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // it does not get further than here
}

function readModes(socketPath: string): Pick<Step, "socketMode" | "folderMode"> {
  const socketMode = fs.lstatSync(socketPath).mode & 0o777;
  return { socketMode, folderMode: fs.statSync(dirname(socketPath)).mode & 0o777 };
}

const operations = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of ["mkdtempSync", "chmodSync", "lchownSync", "linkSync", "renameSync", "unlinkSync", "rmdirSync"]) {
  const original = operations[name];
  operations[name] = (...args) => {
    const source = args[0] as string;
    const isSocketMove = (name === "linkSync" || name === "renameSync") && fs.lstatSync(source).isSocket();
    beginStep({ name, ...(isSocketMove ? readModes(source) : {}) });
    const result = original?.(...args);
    if (name === "mkdtempSync") {
      privateFolder = result as string;
      beginStep({ name: "made" });
    }
    return result;
  };
}
syncBuiltinESMExports();
const servers = Server.prototype as unknown as { listen: (this: Server, options: { path?: string }) => Server };
const { listen } = servers;
servers.listen = function listenAndLook(options) {
  beginStep({ name: "before listen" });
  listen.call(this, options);
  beginStep({ name: "listen", ...(options.path === undefined ? {} : readModes(options.path)) });
  return this;
};

let listener: TransportListener | undefined;

function reply(message: StarterReply): void {
  process.send?.(message);
}

async function open(spec: string | undefined, name: string | undefined): Promise<void> {
  const before = steps.length;
  try {
    listener = await openListener(spec === undefined ? undefined : parseListenSpec(spec), {
      onSocket: (socket) => {
        socket.on("error", () => undefined);
        socket.resume();
        socket.end(`${process.pid}\n`);
      },
      onError: (error) => console.error(error),
      ...(name === undefined ? {} : { name }),
    });
    reply({ opened: listener.spec, steps: steps.slice(before) });
  } catch (error) {
    const { code = "none", message } = error as NodeJS.ErrnoException;
    reply({ failed: code, message });
  }
}

process.on("message", (command: StarterCommand) => {
  switch (command.do) {
    case "open":
      void open(command.spec, command.name);
      break;
    case "close":
      listener?.close();
      reply({ closed: true });
      break;
    case "disconnect":
      process.disconnect();
      break;
    case "throw":
      throw new Error("thrown on purpose");
    case "exit":
      process.exit();
  }
});
reply({ ready: true });
