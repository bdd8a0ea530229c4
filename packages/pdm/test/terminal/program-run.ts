// The program as a real process, on pipes or on a pseudo-terminal, and the services that it talks to.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/** The built program. */
export const PROGRAM: string = fileURLToPath(new URL("../../src/pdm-repl.js", import.meta.url));
// The Python files are not built.
const PYTHON_FOLDER = fileURLToPath(new URL("../../../test/python/", import.meta.url));

/** Why tests on a pseudo-terminal are skipped, or false. */
export const NO_TERMINAL: string | false =
  spawnSync("python3", ["-c", "import pty"]).status === 0
    ? false
    : "python3 with its module pty is not on PATH: nothing was tested on a terminal";

const folders: string[] = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, empty, removed at the end of the process. */
export function createFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "pdm-t-"));
  folders.push(folder);
  return folder;
}

/** What a program left behind. */
export interface ProgramResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the program on pipes. */
export function startProgram(args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: ["pipe", "pipe", "pipe"] });
}

/** Runs the program on pipes to its end; `input` is all of its standard input. */
export async function runProgram(args: readonly string[], input = ""): Promise<ProgramResult> {
  const child = startProgram(args);
  // A program that does not read its input may be gone before that is written.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return collectResult(child);
}

/** Runs the program to its end on an open file, its standard input. */
export function runProgramOnFile(args: readonly string[], descriptor: number): Promise<ProgramResult> {
  return collectResult(spawn(process.execPath, [PROGRAM, ...args], { stdio: [descriptor, "pipe", "pipe"] }));
}

export async function collectResult(child: ChildProcess): Promise<ProgramResult> {
  if (child.stdout === null || child.stderr === null) throw new Error("the program's output is on no pipes");
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [status, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { status, signal, stdout, stderr };
}

/** A daemon of its own process; `spec` is where it listens. */
export interface Daemon {
  readonly spec: string;
  readonly child: ChildProcess;
  stop(): void;
}

/** The daemon of test/python/raw_server.py. */
export function startPythonDaemon(command = "python3"): Promise<Daemon> {
  const socket = path.join(createFolder(), "python.sock");
  return startDaemon(command, [path.join(PYTHON_FOLDER, "raw_server.py"), socket], socket);
}

/** A Node.js process that listens and then runs `code`; it prints `ready` when it listens. */
export function startNodeDaemon(code = ""): Promise<Daemon> {
  const socket = path.join(createFolder(), "node.sock");
  const listen = new URL("../../src/listen.js", import.meta.url).href;
  const source = `import { listen } from ${JSON.stringify(listen)};
    await listen(${JSON.stringify(socket)});
    process.stdin.on("data", () => {}).on("end", () => process.exit());
    console.log("ready");
    ${code}`;
  return startDaemon(process.execPath, ["--input-type=module", "-e", source], socket);
}

/** Starts a program that prints a line which begins with `ready`, and ends with its standard input. */
export async function startDaemon(command: string, args: readonly string[], spec: string): Promise<Daemon> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: child.stdout });
  const [first] = (await once(lines, "line")) as [string];
  if (!first.startsWith("ready")) throw new Error(`the daemon said: ${first}`);
  return { spec, child, stop: () => child.stdin.end() };
}

/** The program on a pseudo-terminal of 80 columns (test/python/ptydriver.py). */
export class Terminal {
  readonly #driver: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  constructor(argv: readonly string[], env: NodeJS.ProcessEnv) {
    const script = path.join(PYTHON_FOLDER, "ptydriver.py");
    this.#driver = spawn("python3", [script, ...argv], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, TERM: "xterm", ...env },
    });
    this.#answers = readline.createInterface({ input: this.#driver.stdout })[Symbol.asyncIterator]();
  }

  /** Types. */
  async send(keys: string): Promise<void> {
    const { error, screen } = await this.#ask({ send: keys });
    if (error !== undefined) throw new Error(`${error}; the screen:\n${screen}`);
  }

  /** Waits until the screen's text matches, and returns it. */
  async expect(pattern: RegExp): Promise<string> {
    // Python's syntax; what differs is not used. `^` and `$` match at every line.
    const { error, screen } = await this.#ask({ expect: pattern.source });
    if (error !== undefined) throw new Error(`${error} that matches ${pattern.source}; the screen:\n${screen}`);
    return screen;
  }

  /** Waits until the program has ended. */
  async end(): Promise<{ status: number; screen: string }> {
    const { error, status, screen } = await this.#ask({ end: true });
    if (status === undefined) throw new Error(`the program does not end: ${error ?? ""}; the screen:\n${screen}`);
    return { status, screen };
  }

  /** Kills the program, where it still runs. */
  close(): void {
    this.#driver.stdin.end();
  }

  async #ask(request: object): Promise<{ error?: string; status?: number; screen: string }> {
    this.#driver.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error("the driver has ended");
    return JSON.parse(answer.value) as { error?: string; status?: number; screen: string };
  }
}

/** The program on a terminal that shows its first prompt, with its history in `stateFolder`; killed when the test `t` ends. */
export async function openTerminal(
  t: TestContext,
  spec: string,
  stateFolder: string = createFolder(),
): Promise<Terminal> {
  const terminal = new Terminal([process.execPath, PROGRAM, spec], { XDG_STATE_HOME: stateFolder });
  t.after(() => terminal.close());
  await terminal.expect(/^%$/);
  return terminal;
}
