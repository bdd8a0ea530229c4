import type { CommandSyntaxError } from "../syntax/command-syntax-error.js";
import { formatValue } from "./value-text.js";
import type { PrintOptions } from "./value-text.js";

/** Characters of the source line shown with a syntax error. */
const MAX_LINE_CHARACTERS = 76;

/**
 * What a command threw, as `util.inspect` shows it, stacks cut to the command's frames, after `Uncaught `: so the first line tells it
 * from output, whatever was thrown. Never throws.
 */
export function formatTraceback(thrown: unknown, print?: PrintOptions): string {
  try {
    return `Uncaught ${formatValue(thrown, print).text.trimEnd()}`;
  } catch {
    return describe(thrown);
  }
}

/** For what cannot be inspected. */
function describe(thrown: unknown): string {
  try {
    return `Uncaught ${String(thrown)} (its inspection threw)`;
  } catch {
    return `Uncaught ${typeof thrown} that cannot be shown (its inspection threw)`;
  }
}

/** `Uncaught `, the message, the line with a mark under the place, and the place. */
export function formatSyntaxError({ message, line, column }: CommandSyntaxError, source: string, file: string): string {
  const text = source.split(/\r\n|[\n\r\u2028\u2029]/u)[line - 1] ?? "";
  const place = `    at ${file}:${line}${column === undefined ? "" : `:${column}`}`;
  if (column === undefined)
    return `Uncaught SyntaxError: ${message}\n    ${text.slice(0, MAX_LINE_CHARACTERS)}\n${place}`;
  // A long line is shown around the place.
  const from = column > MAX_LINE_CHARACTERS ? column - MAX_LINE_CHARACTERS / 2 : 0;
  const shown = text.slice(from, from + MAX_LINE_CHARACTERS);
  // Tabs stay, so that the mark stands right whatever their width.
  const indent = text.slice(from, column - 1).replace(/[^\t]/g, " ");
  return `Uncaught SyntaxError: ${message}\n    ${shown}\n    ${indent}^\n${place}`;
}
