import { parseCommand } from "./command-parser.js";
import type { Command } from "./command-parser.js";
import { CommandSyntaxError } from "./command-syntax-error.js";
import { resemblesTypeScript, stripTypes } from "./typescript.js";

/** A command's tree, and the JavaScript whose places it names. */
export interface CommandSource {
  readonly command: Command;
  /** What was typed, with spaces in place of TypeScript's types. */
  readonly source: string;
}

/**
 * Parses a command in JavaScript, or in TypeScript where Node can take the types out.
 *
 * @throws CommandSyntaxError
 */
export function readCommand(source: string): CommandSource {
  try {
    return { command: parseCommand(source), source };
  } catch (error) {
    if (!(error instanceof CommandSyntaxError) || !resemblesTypeScript(source)) throw error;
    return readTypeScript(source, error);
  }
}

function readTypeScript(source: string, error: CommandSyntaxError): CommandSource {
  const { message, line, column } = error;
  const stripped = stripTypes(source);
  if (stripped.kind === "unavailable") {
    throw new CommandSyntaxError(
      `${message} (TypeScript needs Node 22.13 or newer in the service; this is ${process.version})`,
      line,
      column,
    );
  }
  if (stripped.kind === "refused") {
    throw new CommandSyntaxError(`${message} (nor is it TypeScript: ${stripped.reason})`, line, column);
  }
  return { command: parseCommand(stripped.text), source: stripped.text };
}
