import { CommandReader } from "./command-reader.js";
import type { Language } from "./language.js";
import { PAUSE, type SourceLine } from "./source-lines.js";

/** What became of a command, and of a whole script: what its first command that failed did. */
export type ScriptOutcome = "fine" | "threw" | "deadline" | "interrupted";

/** What a script runs, and where. Each source ends the command that its last lines began. */
export interface Script {
  readonly language: Language;
  /** Runs a command and writes what comes of it. */
  readonly run: (source: string) => Promise<ScriptOutcome>;
  readonly sources: Iterable<AsyncIterable<SourceLine> | Iterable<SourceLine>>;
  /** End at the first command that fails. */
  readonly stopOnError: boolean;
}

/**
 * Runs all commands in their order.
 *
 * @throws whatever reading a source or the connection throws; later commands have not run.
 */
export async function runScript(script: Script): Promise<ScriptOutcome> {
  let first: ScriptOutcome = "fine";
  for await (const source of readCommands(script)) {
    const outcome = await script.run(source);
    if (first === "fine") first = outcome;
    if (outcome !== "fine" && script.stopOnError) break;
  }
  return first;
}

async function* readCommands({ language, sources }: Script): AsyncGenerator<string, void> {
  for (const source of sources) {
    const reader = new CommandReader(language);
    for await (const line of source) yield* line === PAUSE ? reader.pause() : reader.add(line);
    yield* reader.end();
  }
}
