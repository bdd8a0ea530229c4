// A real terminal to type into and to look at: tmux, with a server of its own.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import readline from "node:readline";
import type { Readable, Writable } from "node:stream";
import { readScreen } from "./tmux-screen.js";
import type { Screen } from "./tmux-screen.js";
import { createFolder, PROGRAM } from "./program-run.js";

/** Why tests in tmux are skipped, or false. */
export const NO_TMUX: string | false =
  spawnSync("tmux", ["-V"]).status === 0 ? false : "tmux is not on PATH: nothing was tested in a real terminal";

const COLUMNS = 100;
const ROWS = 30;

/** Milliseconds until a screen that does not come is an error. */
const PATIENCE_MS = 20_000;

/** Milliseconds after which one looks again at a pane that says nothing, in case that tmux lets what a busy pane says be lost. */
const LOOK_AGAIN_MS = 250;

/** Runs a program and then says how it ended; the terminal stays. (What tmux itself knows of that is lost at times.) */
const RUN = String.raw`"$@"; printf '\n[ended: %s]\n' $?; exec cat`;

interface Reply {
  readonly text: string;
  readonly failed: boolean;
}

/** One tmux server, which ends with this. It is told what to do in its control mode, in which it also says which panes have new output. */
export class Tmux implements AsyncDisposable {
  readonly #client: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: ((reply: Reply) => void)[] = [];
  readonly #outputs = new Map<string, number>();
  readonly #wakes = new Set<() => void>();
  /** Before it is in its session it can be told nothing. */
  readonly #attached: Promise<void>;
  #noteAttached: () => void = () => {};
  #isGone = false;

  private constructor() {
    // Nothing of the settings and the terminal of whoever runs the tests.
    const env = { PATH: process.env["PATH"], HOME: createFolder(), LC_ALL: "C.UTF-8" };
    const server = ["-S", path.join(createFolder(), "tmux.sock"), "-f", "/dev/null"];
    const session = ["new-session", "-x", String(COLUMNS), "-y", String(ROWS), "cat"];
    this.#client = spawn("tmux", ["-u", "-C", ...server, ...session], { stdio: ["pipe", "pipe", "inherit"], env });
    this.#attached = new Promise((resolve) => (this.#noteAttached = resolve));
    void this.#receive();
  }

  static async start(): Promise<Tmux> {
    const tmux = new Tmux();
    await tmux.#attached;
    await tmux.tell(`refresh-client -C ${COLUMNS},${ROWS}`);
    // It must not outlive the tests, however they end.
    await tmux.tell("set-option -s exit-unattached on");
    await tmux.tell("set-option -g history-limit 10000");
    return tmux;
  }

  /** Starts a program in a pane of its own. */
  async open(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Pane> {
    const settings = Object.entries(env).map(([name, value]) => `-e ${quote(`${name}=${value}`)}`);
    const words = ["sh", "-c", RUN, "sh", ...command].map(quote);
    const id = await this.tell(`new-window -P -F '#{pane_id}' ${[...settings, ...words].join(" ")}`);
    return new Pane(this, id);
  }

  /** `pdm-repl` with these arguments; with a history of its own where no folder is given. */
  openRepl(args: readonly string[], stateFolder: string = createFolder()): Promise<Pane> {
    return this.open([process.execPath, PROGRAM, ...args], { XDG_STATE_HOME: stateFolder });
  }

  /** Carries out a command of tmux's, and returns what it prints. */
  async tell(command: string): Promise<string> {
    if (this.#isGone) throw new Error("tmux is gone");
    const reply = new Promise<Reply>((resolve) => this.#waiting.push(resolve));
    this.#client.stdin.write(`${command}\n`);
    const { text, failed } = await reply;
    if (failed) throw new Error(`tmux: ${command}: ${text}`);
    return text;
  }

  /** How often a pane had new output so far. */
  countOutputs(pane: string): number {
    return this.#outputs.get(pane) ?? 0;
  }

  /** Resolves when a pane has had more output than that, or after a while. */
  async waitForOutput(pane: string, count: number): Promise<void> {
    if (this.countOutputs(pane) !== count) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        if (this.countOutputs(pane) !== count) done();
      };
      const done = (): void => {
        clearTimeout(timer);
        this.#wakes.delete(wake);
        resolve();
      };
      const timer = setTimeout(done, LOOK_AGAIN_MS);
      this.#wakes.add(wake);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#client, "close");
    this.#client.stdin.end("kill-server\n");
    await ended;
  }

  /** Replies lie between `%begin` and `%end`, each with the number of its command; what is no reply is news. */
  async #receive(): Promise<void> {
    let reply: { readonly number: string; readonly isOurs: boolean; readonly lines: string[] } | undefined;
    for await (const line of readline.createInterface({ input: this.#client.stdout, crlfDelay: Infinity })) {
      const [word = "", first = "", number = "", flags = ""] = line.split(" ", 4);
      if (reply === undefined && word === "%begin") reply = { number, isOurs: flags === "1", lines: [] };
      else if (reply !== undefined && (word === "%end" || word === "%error") && number === reply.number) {
        if (reply.isOurs) this.#waiting.shift()?.({ text: reply.lines.join("\n"), failed: word === "%error" });
        reply = undefined;
      } else if (reply !== undefined) reply.lines.push(line);
      else if (word === "%output") this.#noteOutput(first);
      else if (word === "%session-changed") this.#noteAttached();
    }
    // Whoever waits for that is told by the first command.
    this.#isGone = true;
    this.#noteAttached();
    for (const settle of this.#waiting.splice(0)) settle({ text: "the server is gone", failed: true });
  }

  #noteOutput(pane: string): void {
    this.#outputs.set(pane, this.countOutputs(pane) + 1);
    for (const wake of this.#wakes) wake();
  }
}

/** A terminal with a program in it, closed in the end. */
export class Pane implements AsyncDisposable {
  readonly #tmux: Tmux;
  readonly #id: string;

  constructor(tmux: Tmux, id: string) {
    this.#tmux = tmux;
    this.#id = id;
  }

  /** Types a text, letter by letter. */
  async type(text: string): Promise<void> {
    await this.#tmux.tell(`send-keys -t ${this.#id} -l -- ${quote(text)}`);
  }

  /** Presses keys, by tmux's names: `Enter`, `Tab`, `Up`, `C-c`, … */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux.tell(`send-keys -t ${this.#id} ${keys.join(" ")}`);
  }

  /** Pastes, as a terminal does that marks what is pasted. */
  async paste(text: string): Promise<void> {
    // A command of tmux's is one line, and within double quotes it knows how a line feed is written.
    await this.#tmux.tell(`set-buffer ${JSON.stringify(text).replaceAll("$", "\\$")}`);
    await this.#tmux.tell(`paste-buffer -p -d -t ${this.#id}`);
  }

  /** Waits until the terminal shows what matches, and returns what it shows. */
  async expect(wanted: RegExp | ((screen: Screen) => boolean)): Promise<Screen> {
    const isThere = typeof wanted === "function" ? wanted : (screen: Screen) => wanted.test(screen.text);
    const patience = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const count = this.#tmux.countOutputs(this.#id);
      const screen = await this.#capture();
      if (isThere(screen)) return screen;
      if (patience.aborted) throw new Error(`nothing came that is as ${String(wanted)}; the screen:\n${screen.text}`);
      await this.#tmux.waitForOutput(this.#id, count);
    }
  }

  /** Waits for the first prompt. */
  async expectPrompt(): Promise<Screen> {
    return this.expect(/(?:^|\n)%$/);
  }

  /** Types at the prompt, and waits until it stands there. */
  async typeOut(text: string): Promise<Screen> {
    await this.type(text);
    return this.expect((screen) => screen.text.endsWith(`% ${text}`.trimEnd()));
  }

  /** Types a command of one line, and waits for the next prompt. @returns what is shown between the two */
  async run(command: string): Promise<string> {
    await this.typeOut(command);
    await this.press("Enter");
    const { text } = await this.expect(/\n%$/);
    const from = text.lastIndexOf(`% ${command}\n`) + command.length + 3;
    return text.slice(from, text.lastIndexOf("\n%")).trimEnd();
  }

  /** Waits for the program's end. @returns its exit status; 128 more than the number of the signal that ended it */
  async end(): Promise<number> {
    const { text } = await this.expect(/\n\[ended: \d+\]$/);
    return Number(/\d+/.exec(text.slice(text.lastIndexOf("["))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux.tell(`kill-pane -t ${this.#id}`);
  }

  async #capture(): Promise<Screen> {
    // With what has scrolled out, with colours, and with what the terminal has wrapped in one line.
    const captured = this.#tmux.tell(`capture-pane -p -e -J -S - -t ${this.#id}`);
    const place = "#{history_size},#{cursor_y},#{cursor_x}";
    const said = this.#tmux.tell(`display-message -p -t ${this.#id} ${quote(place)}`);
    const [history = "", row = "", column = ""] = (await said).split(",");
    return readScreen(await captured, Number(history) + Number(row), Number(column));
  }
}

/** One word of a command of tmux's, which reads them as a shell does. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
