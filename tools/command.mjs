// Runs other programs, from the repository's root, wherever the tool was called from.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * @typedef {object} Options
 * @property {string} [cwd] the root where nothing is said
 * @property {NodeJS.ProcessEnv} [env] instead of this process's
 */

/**
 * @typedef {object} Result
 * @property {number} status the exit status; 128 and more, as in a shell, where a signal ended it or it could not be started
 * @property {string} output standard output, and standard error after its own fashion between
 * @property {string} stdout standard output alone
 */

/**
 * Runs a program to its end, with empty standard input; both outputs are collected.
 *
 * @param {readonly string[]} command the program and its arguments
 * @param {Options} [options]
 * @returns {Promise<Result>} also for a program that fails or is not there
 */
export function run([program = "", ...args], options = {}) {
  // On Windows the programs that npm installs are `.cmd` files, which only a shell starts.
  const shell = process.platform === "win32" && program !== process.execPath;
  return new Promise((resolve) => {
    let output = "";
    let stdout = "";
    const child = spawn(program, args, {
      cwd: options.cwd ?? ROOT,
      // The output is kept, and shown where something failed: without colours.
      env: { ...(options.env ?? process.env), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      shell,
    });
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.on("error", (error) => resolve({ status: 127, output: `${program}: ${error.message}\n`, stdout: "" }));
    child.on("close", (status) => resolve({ status: status ?? 128, output, stdout }));
  });
}

/** A failure that its message explains to whoever runs the tool; a stack would only hide it. */
export class ToolError extends Error {}

/**
 * Runs a tool from the repository's root.
 *
 * @param {() => Promise<number | void>} main its exit status, 0 where it returns none
 */
export async function runTool(main) {
  process.chdir(ROOT);
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof ToolError ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * Runs a program that must succeed.
 *
 * @param {readonly string[]} command
 * @param {Options} [options]
 * @returns {Promise<string>} its standard output
 * @throws {ToolError} with all its output where it fails
 */
export async function mustRun(command, options) {
  const { status, output, stdout } = await run(command, options);
  if (status !== 0) throw new ToolError(`${command.join(" ")}: exit status ${status}\n${output.trimEnd()}`);
  return stdout;
}

/** @param {string} name of a program that npm installed here */
export function localProgram(name) {
  return path.join(ROOT, "node_modules", ".bin", name);
}

/** npm's own command line, the same npm that runs this tool where one does. */
export function npm() {
  const script = process.env["npm_execpath"];
  return script?.endsWith(".js") ? [process.execPath, script] : ["npm"];
}
