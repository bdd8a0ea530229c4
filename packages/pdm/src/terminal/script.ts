import type { ReplClient } from "../client/repl.js";
import { Block } from "./block.js";
import type { Language } from "./language.js";
import { ScriptOutput, type OutputStreams } from "./script-output.js";

/** What a script runs, and where. Each source ends the command that its last lines began. */
export interface Script {
  readonly client: ReplClient;
  readonly language: Language;
  readonly sources: Iterable<AsyncIterable<string> | Iterable<string>>;
  readonly streams: OutputStreams;
  /** End at the first command that throws. */
  readonly stopOnError: boolean;
}

/**
 * Runs all commands in their order.
 *
 * @returns whether one of them threw
 * @throws whatever reading a source or the connection throws; later commands have not run.
 */
export async function runScript(script: Script): Promise<boolean> {
  let threw = false;
  for await (const source of readCommands(script)) {
    const output = new ScriptOutput(script.language, script.streams);
    try {
      const outcome = await script.client.run(source, { onOutput: (line) => output.write(line) });
      output.finish(outcome.threw);
      threw ||= outcome.threw;
    } catch (error) {
      output.finish(false);
      throw error;
    }
    if (threw && script.stopOnError) break;
  }
  return threw;
}

async function* readCommands({ language, sources }: Script): AsyncGenerator<string, void> {
  const block = new Block(language);
  for (const source of sources) {
    for await (const line of source) {
      const command = await block.add(line);
      if (command !== undefined) yield command;
    }
    const rest = block.take();
    if (rest !== undefined) yield rest;
  }
}
