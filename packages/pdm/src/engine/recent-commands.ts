import type { Command } from "./command.js";

/** How many are kept; compiled, a short one takes about 2 kB. */
const MAX_COMMANDS = 16;
/** Characters of a source that is worth it: what is typed again is short. */
const MAX_SOURCE_CHARACTERS = 500;

/** One client's last commands, compiled, by what was typed: one that comes again, as from a script that polls, need not be parsed again. */
export class RecentCommands {
  /** In the order of their last use. */
  readonly #commands = new Map<string, Command>();

  find(source: string): Command | undefined {
    const command = this.#commands.get(source);
    if (command === undefined) return undefined;
    this.#commands.delete(source);
    this.#commands.set(source, command);
    return command;
  }

  keep(source: string, command: Command): void {
    if (source.length > MAX_SOURCE_CHARACTERS) return;
    this.#commands.set(source, command);
    if (this.#commands.size <= MAX_COMMANDS) return;
    const [oldest] = this.#commands.keys();
    if (oldest !== undefined) this.#commands.delete(oldest);
  }
}
