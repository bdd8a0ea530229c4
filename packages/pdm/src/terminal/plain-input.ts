import type { ReadStream, WriteStream } from "node:tty";
import { Block } from "./block.js";
import type { CommandInput, Typed } from "./command-input.js";
import { showControlCharacters } from "./control-characters.js";
import type { Label } from "./editor/style.js";
import { MAX_HISTORY_ENTRIES } from "./history.js";
import type { Language } from "./language.js";
import { LineEditor } from "./line-editor.js";

export interface PlainInputOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly history: readonly string[];
  readonly language: () => Language;
  readonly isDirective: (line: string) => boolean;
  readonly onInterrupt: () => void;
}

/** Commands typed line by line, for terminals that cannot move their cursor at will (`TERM=dumb`). */
export class PlainInput implements CommandInput {
  readonly textEnd = "a line with a dot alone";
  readonly #options: PlainInputOptions;
  readonly #editor: LineEditor;

  constructor(options: PlainInputOptions) {
    this.#options = options;
    this.#editor = new LineEditor({
      input: options.input,
      output: options.output,
      history: options.history.filter((entry) => !entry.includes("\n")),
      historySize: MAX_HISTORY_ENTRIES,
      onInterrupt: options.onInterrupt,
    });
  }

  get columns(): number {
    return this.#options.output.columns || 80;
  }

  get rows(): number {
    return this.#options.output.rows || 24;
  }

  /** What stood there already would have to be typed anew: it is left out. */
  async readCommand(prompt: Label): Promise<Typed> {
    const block = new Block(this.#options.language());
    const first = showControlCharacters(prompt.text);
    for (;;) {
      const typed = await this.#editor.ask(block.isEmpty ? first : " ".repeat(first.length));
      if (typed.kind === "cancelled") return { kind: "cancelled", text: "" };
      if (typed.kind === "interrupt") return { kind: "interrupt", isEmpty: block.isEmpty };
      if (typed.kind === "end") return { kind: "end", rest: block.take() };
      if (block.isEmpty && this.#options.isDirective(typed.line)) return { kind: "command", source: typed.line };
      if ((await block.add(typed.line)) && !(await this.#isContinued(block))) {
        return { kind: "command", source: block.take() ?? "" };
      }
      if (block.isEmpty) return { kind: "command", source: "" };
    }
  }

  async readText(prompt: Label): Promise<string | undefined> {
    const lines: string[] = [];
    for (;;) {
      const typed = await this.#editor.ask(lines.length === 0 ? showControlCharacters(prompt.text) : "");
      if (typed.kind !== "line") return undefined;
      if (typed.line === ".") return lines.join("\n");
      lines.push(typed.line);
    }
  }

  async ask(question: Label): Promise<string | undefined> {
    const typed = await this.#editor.ask(showControlCharacters(question.text));
    return typed.kind === "line" ? typed.line : undefined;
  }

  print(text: string): void {
    this.#options.output.write(text);
  }

  cancel(): void {
    this.#editor.cancel();
  }

  end(): void {
    this.#editor.end();
  }

  /** By lines that were pasted together with the last one. */
  async #isContinued(block: Block): Promise<boolean> {
    const following = this.#editor.peekLines();
    const judge = this.#options.language().judgeContinuation;
    return following !== "" && (await judge?.(block.source, following)) === "continues";
  }
}
