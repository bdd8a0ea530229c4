import type { ReplClient } from "../client/repl.js";
import { CommandReader } from "./command-reader.js";
import type { Language } from "./language.js";
import { ScriptOutput, type OutputStreams } from "./script-output.js";
import { PAUSE, type SourceLine } from "./source-lines.js";

/** What a script runs, and where. Each source ends the command that its last lines began. */
export interface Script {
  readonly client: ReplClient;
  readonly language: Language;
  readonly sources: Iterable<AsyncIterable<SourceLine> | Iterable<SourceLine>>;
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
  for (const source of sources) {
    const reader = new CommandReader(language);
    for await (const line of source) yield* line === PAUSE ? reader.pause() : reader.add(line);
    yield* reader.end();
  }
}
