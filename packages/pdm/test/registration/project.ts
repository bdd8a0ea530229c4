import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { FinishedProcess } from "../fixtures/run-module.js";

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

/** The address of the module under test, as `NODE_OPTIONS` takes it everywhere. */
export const REGISTER_URL: string = new URL("../../src/register.js", import.meta.url).href;

/** Keeps a program running, but not for ever: a test that is ended does not end what it started. */
export const STAY = "setTimeout(() => process.exit(9), 60_000);";

/**
 * How programs here find out where they can be reached: `whenListening(tell)` calls with the specs of all listeners, once there are `count`.
 * Where there never are, the program ends.
 */
export const WHEN_LISTENING = `
  function whenListening(tell, count = 1) {
    const list = [...(globalThis[Symbol.for("pdm.listeners.v1")] ?? [])];
    if (list.length >= count) tell(...list.map(({ spec }) => spec));
    else if (process.uptime() > 20) process.exit(9);
    else setImmediate(whenListening, tell, count);
  }
`;

type Variables = Readonly<Record<string, string>>;

/** Options of a process of a {@link Project}. */
export interface ProcessOptions {
  readonly env?: Variables;
  readonly cwd?: string;
  readonly input?: string;
}

/** A folder with a program that depends on the package, as npm would have installed it, and a runtime folder of its own. */
export class Project implements Disposable {
  readonly folder: string = realpathSync(mkdtempSync(path.join(tmpdir(), "pdm-register-")));
  /** `$XDG_RUNTIME_DIR` of its processes; the package's folder is `pdm` in it. */
  readonly runtime: string = path.join(this.folder, "run");

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(this.runtime, { mode: 0o700 });
    const installed = path.join(this.folder, "node_modules", "pdm");
    mkdirSync(installed, { recursive: true });
    symlinkSync(SOURCES, path.join(installed, "src"));
    const exports = { ".": "./src/index.js", "./http": "./src/http.js", "./register": "./src/register.js" };
    this.write("node_modules/pdm/package.json", JSON.stringify({ name: "pdm", type: "module", exports }));
    for (const [name, source] of Object.entries(files)) this.write(name, source);
  }

  /** @returns its path */
  write(name: string, source: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, source);
    return file;
  }

  /** A path for a socket. */
  socket(name: string): string {
    return path.join(this.folder, name);
  }

  /** Runs Node with these arguments to its end. */
  async run(args: readonly string[], options: ProcessOptions = {}): Promise<FinishedProcess> {
    const child = this.#spawn(args, options);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { status: child.exitCode, stdout, stderr };
  }

  /** Starts Node with these arguments. */
  start(args: readonly string[], options: ProcessOptions = {}): RunningProcess {
    return new RunningProcess(this.#spawn(args, options));
  }

  #spawn(args: readonly string[], { env = {}, cwd = this.folder, input = "" }: ProcessOptions) {
    const own = Object.entries(process.env).filter(([name]) => !/^(?:PDM_|npm_|NODE_)/u.test(name));
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...Object.fromEntries(own), XDG_RUNTIME_DIR: this.runtime, ...env },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    return child;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A process that runs on, and says things line by line. */
export class RunningProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly stderr: Promise<string>;

  constructor(child: ReturnType<typeof spawn>) {
    this.child = child;
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new TypeError("its output is piped");
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    this.stderr = text(stderr);
  }

  /** The next line of its standard output. @throws what it wrote to standard error, where it has ended */
  async readLine(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error(`it has ended: ${await this.stderr}`);
    return value;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
