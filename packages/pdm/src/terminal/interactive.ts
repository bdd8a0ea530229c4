import type { ReadStream, WriteStream } from "node:tty";
import type { ReplClient } from "../client/repl.js";
import { Block } from "./block.js";
import { showControlCharacters } from "./control-characters.js";
import { MAX_HISTORY_LINES } from "./history.js";
import type { History } from "./history.js";
import type { Language } from "./language.js";
import { LineEditor } from "./line-editor.js";

const PROMPT = "% ";
const CONTINUATION_PROMPT = "  ";
const STILL_RUNNING = "(the command goes on in the service; Ctrl-C again leaves without waiting for it)\n";

/** A connection, and the terminal at this end of it. */
export interface InteractiveSession {
  readonly client: ReplClient;
  readonly language: Language;
  readonly history: History;
  readonly input: ReadStream;
  readonly output: WriteStream;
}

/**
 * Reads commands from a terminal and runs each, until the end of input or a second Ctrl-C while one runs.
 *
 * The client is closed and the terminal is given back, whatever happens.
 *
 * @returns how the user left
 * @throws the connection's error as soon as it is lost, also while nothing runs
 */
export async function runInteractive(session: InteractiveSession): Promise<"left" | "interrupted"> {
  const { client, language, history, input, output } = session;
  const block = new Block(language);
  let interrupts = 0;
  const editor = new LineEditor({
    input,
    output,
    history: history.readLines(),
    historySize: MAX_HISTORY_LINES,
    onInterrupt() {
      interrupts += 1;
      if (interrupts === 1) output.write(STILL_RUNNING);
      // What waits for the service's answer then fails.
      else client.close();
    },
  });
  let lost: Error | undefined;
  const watchConnection = async (): Promise<void> => {
    lost = await client.closed;
    editor.end();
  };
  void watchConnection();

  const run = async (command: string | undefined): Promise<void> => {
    if (command === undefined) return;
    await client.run(command, { onOutput: (line) => output.write(`${showControlCharacters(line)}\n`) });
  };

  /** By lines that were pasted together with the last one. */
  const isContinued = async (): Promise<boolean> => {
    const following = editor.peekLines();
    return following !== "" && (await language.judgeContinuation?.(block.source, following)) === "continues";
  };

  try {
    for (;;) {
      const typed = await editor.ask(block.isEmpty ? PROMPT : CONTINUATION_PROMPT);
      interrupts = 0;
      if (typed.kind === "interrupt") {
        block.drop();
      } else if (typed.kind === "line") {
        history.add(typed.line);
        if ((await block.add(typed.line)) && !(await isContinued())) await run(block.take());
      } else {
        if (lost !== undefined) throw lost;
        await run(block.take());
        return "left";
      }
    }
  } catch (error) {
    if (interrupts > 1) return "interrupted";
    throw error;
  } finally {
    editor.end();
    client.close();
  }
}
