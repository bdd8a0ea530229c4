import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { CommandReader } from "../command-reader.js";
import { DirectiveError, type ShellAccess } from "../shell-access.js";
import { splitSourceLines } from "../source-lines.js";
import type { Directive } from "./directive.js";

/** Bytes of a file to load. */
const MAX_FILE_BYTES = 16_777_216;

const EDITOR: Directive = {
  name: ".editor",
  usage: ".editor",
  summary: "type a text of many lines, in which Enter never runs anything",
  async run(shell) {
    const { textEnd } = shell.input;
    shell.say(`(${textEnd} runs it, Ctrl-C drops it)`, "faint");
    const source = await shell.input.readText({ text: "", style: "plain" });
    if (source === undefined) shell.say("(dropped)", "faint");
    else if (source.trim() !== "") await shell.run(source);
  },
};

const LOAD: Directive = {
  name: ".load",
  usage: ".load FILE",
  summary: "run the commands of a file of this machine, up to the first that fails",
  async run(shell, argument) {
    const source = await readSource(requireFile(argument, ".load FILE"));
    for await (const command of splitCommands(shell, source)) {
      if (!(await shell.run(command))) throw new DirectiveError(`${argument}: the rest was not run`);
    }
  },
};

const SAVE: Directive = {
  name: ".save",
  usage: ".save FILE",
  summary: "write what was typed in this session to a file of this machine, which must not be there yet",
  run: (shell, argument) => save(shell, requireFile(argument, ".save FILE"), "wx"),
};

const SAVE_OVER: Directive = {
  name: ".save!",
  usage: ".save! FILE",
  summary: "the same, in place of a file that is there",
  run: (shell, argument) => save(shell, requireFile(argument, ".save! FILE"), "w"),
};

export const TEXT_DIRECTIVES: readonly Directive[] = [EDITOR, LOAD, SAVE, SAVE_OVER];

function requireFile(argument: string, usage: string): string {
  if (argument === "") throw new DirectiveError(`which file? ${usage}`);
  return argument;
}

async function readSource(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // One byte more than is allowed shows that there is more: a file need not say its size, nor have an end.
    for await (const chunk of createReadStream(file, { end: MAX_FILE_BYTES }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw new DirectiveError(`${file} cannot be read: ${describe(error)}`);
  }
  if (bytes > MAX_FILE_BYTES)
    throw new DirectiveError(`${file} is longer than the ${MAX_FILE_BYTES} bytes of a file to load`);
  return Buffer.concat(chunks).toString("utf8");
}

async function* splitCommands(shell: ShellAccess, source: string): AsyncGenerator<string, void> {
  const reader = new CommandReader(shell.place.language);
  for (const line of splitSourceLines(source)) yield* reader.add(line);
  yield* reader.end();
}

async function save(shell: ShellAccess, file: string, flag: "w" | "wx"): Promise<void> {
  const { sources } = shell;
  try {
    await writeFile(file, sources.map((source) => `${source}\n`).join(""), { flag });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw new DirectiveError(
      isThere
        ? `${file} is there already, and was left as it is; .save! ${file} writes over it`
        : `${file} cannot be written: ${describe(error)}`,
    );
  }
  shell.say(`(${sources.length} ${sources.length === 1 ? "command" : "commands"} in ${file})`, "faint");
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
