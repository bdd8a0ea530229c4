// What the benchmark can be told.
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { ROWS } from "./rows.mjs";

/** @import { Row } from "./row.mjs" */

/**
 * @typedef {object} CommandLine
 * @property {readonly Row[]} rows
 * @property {boolean} smoke
 * @property {boolean} write
 * @property {boolean} help
 * @property {string | undefined} json the file to write
 */

export const USAGE = `npm run bench -- [OPTIONS]
  --only NAME   measures the rows with NAME in their name; may be given again
                (${ROWS.map(({ name }) => name).join(", ")})
  --smoke       each row for a moment, in one placement, to see that it works: nothing is judged
  --json FILE   writes all samples to FILE; bench/README.md describes the form
  --write       writes docs/performance.md; measures every row for that
  --help        prints this

The exit status is 0 when everything was measured, whether targets were reached or missed; 1 when something failed; 2 for
options that make no sense.`;

/** Options that make no sense; the message says why. */
export class CommandLineError extends Error {}

/**
 * @param {readonly string[]} args
 * @returns {CommandLine}
 * @throws {CommandLineError}
 */
export function parseCommandLine(args) {
  const { only = [], smoke = false, write = false, help = false, json } = parse(args);
  if (write && (smoke || only.length > 0)) {
    throw new CommandLineError("--write is for all rows, measured in full: leave out --smoke and --only.");
  }
  if (json === "") throw new CommandLineError("--json needs the name of a file.");
  if (json !== undefined) checkWritable(json);
  for (const part of only) {
    if (part !== "" && ROWS.some(({ name }) => name.includes(part))) continue;
    const names = ROWS.map(({ name }) => name).join(", ");
    throw new CommandLineError(`--only ${part}: no row has that in its name; there are: ${names}`);
  }
  const rows = ROWS.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  return { rows, smoke, write, help, json };
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true },
        smoke: { type: "boolean" },
        write: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        json: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new CommandLineError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Told before minutes are spent on what would have nowhere to go.
 *
 * @param {string} file
 * @throws {CommandLineError}
 */
function checkWritable(file) {
  try {
    accessSync(path.dirname(path.resolve(file)), constants.W_OK);
    if (existsSync(file)) accessSync(file, constants.W_OK);
  } catch (error) {
    throw new CommandLineError(`--json ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
