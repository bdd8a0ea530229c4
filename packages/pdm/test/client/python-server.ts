import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { PYTHON3, type FoundPython } from "../fixtures/python.js";
import { createFolder } from "./folder.js";

const PROGRAM = fileURLToPath(new URL("../../../test/python/raw_server.py", import.meta.url));

/** How `raw_server.py` is run; see there. */
export interface PythonServerOptions {
  readonly python?: FoundPython;
  readonly edition?: "0.2" | "0.3";
  readonly pickle?: number;
  readonly chunk?: number;
  /** On loopback instead of a Unix socket. */
  readonly tcp?: boolean;
}

/** A running `raw_server.py`. */
export interface PythonServer extends AsyncDisposable {
  readonly spec: string;
  /** Ends the process at once. */
  kill(): Promise<void>;
}

/** Starts `raw_server.py`; resolves when it can be connected to. */
export async function startPythonServer(options: PythonServerOptions = {}): Promise<PythonServer> {
  const { python = PYTHON3, edition, pickle, chunk, tcp = false } = options;
  const folder = createFolder();
  const args = [PROGRAM, tcp ? "127.0.0.1:0" : folder.path("python.sock")];
  if (edition !== undefined) args.push("--edition", edition);
  if (pickle !== undefined) args.push("--pickle", String(pickle));
  if (chunk !== undefined) args.push("--chunk", String(chunk));
  const child = spawn(python.command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), ended])) as [unknown];
  const spec = /^ready (.*)$/.exec(String(line))?.[1];
  if (spec === undefined) throw new Error(`raw_server.py did not start: ${String(line)}`);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    folder.remove();
  };
  return { spec, kill, [Symbol.asyncDispose]: kill };
}
