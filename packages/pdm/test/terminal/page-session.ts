// Sessions of the prompt as docs/repl.md shows them: which part is typed, which part is what comes of it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openPlace } from "../../src/terminal/place.js";
import { runScript } from "../../src/terminal/script.js";
import { ScriptEvents, SessionRunner } from "../../src/terminal/script-runner.js";
import { splitSourceLines } from "../../src/terminal/source-lines.js";
import { PROGRAM, Terminal } from "./program-run.js";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const PROMPT = /^(?:> |\S+\[\d+\] \w+> )/;

/** One command of a block, and what is said to come of it. */
interface PageCommand {
  /** `$`: of a shell. */
  readonly isShell: boolean;
  readonly source: string;
  readonly lines: readonly string[];
}

/** Runs the blocks of a page, in which `/run` stands for one folder and `pdm-repl` for the program. */
export class PageSessions {
  readonly #folder: string;
  readonly #binFolder: string;
  readonly #spec: string;
  /** At a prompt; for the blocks that need no session of their own. */
  #terminal: Terminal | undefined;
  /** A pattern of all that stands on its screen, but for the prompt. */
  #screen = "";

  /** @param binFolder an empty folder for the program, what it prints, and its history */
  constructor(folder: string, binFolder: string) {
    this.#folder = folder;
    this.#binFolder = binFolder;
    this.#spec = path.join(folder, "shop.sock");
    const script = `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`;
    writeFileSync(path.join(binFolder, "pdm-repl"), script, { mode: 0o755 });
  }

  /** Runs a block; fails where something else comes of it than it says. */
  async run(block: string): Promise<void> {
    const text = block.replaceAll("/run/", `${this.#folder}/`).replaceAll('"/run"', JSON.stringify(this.#folder));
    const commands = readCommands(text);
    const typed = commands.filter(({ isShell }) => !isShell);
    if (typed.length === 0) {
      for (const { source, lines } of commands) compare(this.#runInShell(source), lines, source);
      return;
    }
    const beginsProgram = typed.length < commands.length;
    if (!beginsProgram && !typed.some(needsTerminal)) {
      await this.#runAsScript(typed);
      return;
    }
    const isAlone = beginsProgram || typed.some(({ source }) => /^\.(?:session|save)\b/.test(source));
    if (isAlone) await this.end();
    await this.#type(typed);
    if (isAlone) await this.end();
  }

  /** Leaves the terminal. */
  async end(): Promise<void> {
    const terminal = this.#terminal;
    if (terminal === undefined) return;
    this.#terminal = undefined;
    await terminal.send(CTRL_D);
    assert.equal((await terminal.end()).status, 0);
    terminal.close();
  }

  /** Standard output and error in one text, in the order in which they came. */
  #runInShell(source: string): string {
    const file = path.join(this.#binFolder, "output");
    const output = openSync(file, "w");
    try {
      const PATH = [this.#binFolder, process.env["PATH"]].join(path.delimiter);
      spawnSync("sh", ["-c", source], { stdio: ["ignore", output, output], env: { ...process.env, PATH } });
    } finally {
      closeSync(output);
    }
    return readFileSync(file, "utf8");
  }

  /** As the program runs a script, but in this process: a process for each would take long. */
  async #runAsScript(commands: readonly PageCommand[]): Promise<void> {
    const input = commands.map(({ source }) => `${source}\n`).join("");
    let output = "";
    const write = (line: string): void => void (output += `${line}\n`);
    const streams = { writeOutput: write, writeError: write };
    const events = new ScriptEvents(streams, false);
    const place = await openPlace(this.#spec, { onEvent: events.receive });
    assert.ok(place.kind === "session");
    try {
      const { run } = new SessionRunner(place, streams, events, { json: false, deadlineMs: undefined });
      await runScript({ language: place.language, run, sources: [splitSourceLines(input)], stopOnError: false });
      await place.session.close();
    } finally {
      place.client.close();
    }
    const lines = commands.flatMap((command) => command.lines);
    compare(output, lines, input);
  }

  async #type(commands: readonly PageCommand[]): Promise<void> {
    const terminal = (this.#terminal ??= await this.#openTerminal());
    try {
      for (const { source, lines } of commands) {
        await terminal.send(`${source}\r`);
        const typed = `${this.#screen}% ${toScreenPattern(source)}\\n`;
        await answer(terminal, source, lines, typed);
        const below = toScreenPattern(lines.filter((line) => line !== "^C").join("\n"));
        const shown = await terminal.expect(new RegExp(`${typed}${below}${below === "" ? "" : "\\n"}%$`));
        // As it is: patterns of all that stands there would take ever longer.
        this.#screen = `^${escapePattern(shown.slice(0, -1))}`;
      }
    } catch (error) {
      terminal.close();
      this.#terminal = undefined;
      throw error;
    }
  }

  async #openTerminal(): Promise<Terminal> {
    const terminal = new Terminal([process.execPath, PROGRAM, this.#spec], { XDG_STATE_HOME: this.#binFolder });
    this.#screen = "^";
    await terminal.expect(/^%$/);
    return terminal;
  }
}

function needsTerminal({ source, lines }: PageCommand): boolean {
  return source.startsWith(".") || findQuestion(source) !== undefined || lines.includes("^C");
}

function findQuestion(source: string): string | undefined {
  return /await ask\("(.*?)"\)/.exec(source)?.[1];
}

function readCommands(block: string): readonly PageCommand[] {
  const commands: { isShell: boolean; source: string; lines: string[] }[] = [];
  for (const line of block.trimEnd().split("\n")) {
    const last = commands.at(-1);
    if (line.startsWith("$ ")) commands.push({ isShell: true, source: line.slice(2), lines: [] });
    else if (PROMPT.test(line)) commands.push({ isShell: false, source: line.replace(PROMPT, ""), lines: [] });
    // A command of several lines goes on below its prompt, up to a line that ends with a brace.
    else if (last?.lines.length === 0 && /\{(?:\n.*[^}])?$/s.test(last.source)) last.source += `\n${line}`;
    else last?.lines.push(line);
  }
  return commands;
}

/** Types what the user has to type while a command runs: an answer, or Ctrl-C. */
async function answer(terminal: Terminal, source: string, lines: readonly string[], screen: string): Promise<void> {
  const question = findQuestion(source);
  const before = lines.indexOf("^C");
  if (question !== undefined) {
    await terminal.expect(new RegExp(`${screen}${toScreenPattern(question)}$`));
    await terminal.send(`${(lines[0] ?? "").slice(question.length)}\r`);
  } else if (before >= 0) {
    await terminal.expect(new RegExp(screen + toScreenPattern(lines.slice(0, before).join("\n"))));
    await terminal.send(CTRL_C);
  }
}

function compare(output: string, lines: readonly string[], source: string): void {
  assert.match(output.trim(), new RegExp(`^${toPattern(lines.join("\n"))}$`), source);
}

/** A pattern for a text in which `…` stands for anything, and blanks for any blanks. Python understands it too. */
function toPattern(text: string, between = ""): string {
  return text
    .trim()
    .split(/(\s*…\s*|\s+)/u)
    .map((part) => {
      if (part.includes("…")) return "(?:.|\\n)*?";
      if (/^\s/.test(part)) return "\\s+";
      return Array.from(part, escapePattern).join(between);
    })
    .join("");
}

/** The same as a terminal shows it, which breaks long lines anywhere. */
function toScreenPattern(text: string): string {
  return toPattern(text, "\\n?");
}

function escapePattern(text: string): string {
  return text.replaceAll(/[^\w\s]/g, "\\$&").replaceAll("\n", "\\n");
}
