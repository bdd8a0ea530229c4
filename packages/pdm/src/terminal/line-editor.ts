import readline from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { Keyboard } from "./keyboard.js";

/** What came of asking for a line: the line, Ctrl-C, the end of input (Ctrl-D on an empty line, or {@link LineEditor.end}), or {@link LineEditor.cancel}. */
export type TypedLine =
  | { readonly kind: "line"; readonly line: string }
  | { readonly kind: "interrupt" }
  | { readonly kind: "end" }
  | { readonly kind: "cancelled" };

export interface LineEditorOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** Newest first. Lines typed from now on are added by the editor. */
  readonly history: string[];
  readonly historySize: number;
  /** Called for Ctrl-C while no line is asked for. */
  readonly onInterrupt: () => void;
}

/** Lines typed at a terminal, with the editing keys of `node:readline`. */
export class LineEditor {
  readonly #output: WriteStream;
  readonly #keyboard: Keyboard;
  readonly #readline: readline.Interface;
  readonly #onInterrupt: () => void;
  #answer: ((typed: TypedLine) => void) | undefined;
  #ended = false;

  constructor({ input, output, history, historySize, onInterrupt }: LineEditorOptions) {
    this.#output = output;
    this.#onInterrupt = onInterrupt;
    this.#keyboard = new Keyboard(input, () => this.#answer !== undefined);
    this.#readline = readline.createInterface({
      input: this.#keyboard,
      output,
      terminal: true,
      prompt: "",
      history,
      historySize,
      // A pasted line feed can come long after its carriage return, when a command ran in between.
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    this.#readline.on("line", (line) => this.#settle({ kind: "line", line }));
    this.#readline.on("SIGINT", () => this.#interrupt());
    // After Ctrl-Z and `fg`.
    this.#readline.on("SIGCONT", () => this.#readline.resume());
    this.#readline.on("close", () => this.end());
  }

  /** Asks for one line; to be called again only when it has answered. Once the input has ended, the answer is that. */
  ask(prompt: string): Promise<TypedLine> {
    if (this.#ended) return Promise.resolve({ kind: "end" });
    this.#readline.setPrompt(prompt);
    this.#readline.prompt();
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#keyboard.release();
    });
  }

  /** Whole lines that are already typed or pasted behind the one last answered, joined by line feeds. */
  peekLines(): string {
    return this.#keyboard.peekLines();
  }

  /** Gives up the line that is asked for; what was typed of it is dropped. */
  cancel(): void {
    if (this.#answer === undefined) return;
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    this.#output.write("\n");
    this.#settle({ kind: "cancelled" });
  }

  /** Ends the input and gives the terminal back; a line being asked for is answered with the end. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#readline.close();
    this.#keyboard.destroy();
    // The cursor stands behind the prompt.
    if (this.#answer !== undefined) this.#output.write("\n");
    this.#settle({ kind: "end" });
  }

  #settle(typed: TypedLine): void {
    const answer = this.#answer;
    this.#answer = undefined;
    // So that nothing is drawn into the output of a command when the window changes its size.
    this.#readline.setPrompt("");
    answer?.(typed);
  }

  #interrupt(): void {
    if (this.#answer === undefined) {
      this.#onInterrupt();
      return;
    }
    const { line } = this.#readline;
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    this.#output.write(`${line}^C\n`);
    this.#settle({ kind: "interrupt" });
  }
}
