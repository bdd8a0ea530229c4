import type { ReadStream, WriteStream } from "node:tty";
import type { ReplCompletion } from "../../client/repl-session.js";
import type { CommandInput, Typed } from "../command-input.js";
import type { Language } from "../language.js";
import { Completer } from "./completer.js";
import { HistoryWalk } from "./history-walk.js";
import { KeyReader } from "./key-reader.js";
import { BINDINGS, type Action, type Key } from "./keys.js";
import { KillRing } from "./kill-ring.js";
import { layOut, type View } from "./layout.js";
import type { Reading, ReadingMode } from "./reading.js";
import { Screen } from "./screen.js";
import { HistorySearch } from "./search.js";
import { colorTokens } from "./colors.js";
import type { Label, Palette, Span } from "./style.js";
import { TextBuffer } from "./text-buffer.js";
import { TypedAhead } from "./typed-ahead.js";

export interface EditorOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly palette: Palette;
  /** What was typed before, newest first; read anew each time. */
  readonly history: () => readonly string[];
  readonly language: () => Language;
  /** Whether a line runs as it is, whatever the language says of it. */
  readonly isDirective: (line: string) => boolean;
  /** What can stand at the cursor; rejects where that cannot be found out. */
  readonly complete: (source: string, cursor: number) => Promise<ReplCompletion>;
  /** Called for Ctrl-C while nothing is being read. */
  readonly onInterrupt: () => void;
}

const NONE: Label = { text: "", style: "plain" };

/**
 * An editor for commands of several lines on a terminal, which scrolls with what is printed.
 *
 * Keys that are typed while nothing is being read wait for what is read next.
 */
export class Editor implements CommandInput {
  readonly textEnd = "Ctrl-D";
  readonly #options: EditorOptions;
  readonly #screen: Screen;
  readonly #reader: KeyReader;
  readonly #ahead = new TypedAhead();
  readonly #kills = new KillRing();
  /** What is being read; the last is what keys go to, those below it wait. */
  readonly #readings: Reading[] = [];
  readonly #completer: Completer;
  #walk: HistoryWalk | undefined;
  #search: { readonly search: HistorySearch; readonly text: string; readonly cursor: number } | undefined;
  #isPumping = false;
  #isDrawingDue = false;
  #ended = false;
  readonly #onResize = (): void => {
    this.#screen.forgetWidth();
    this.#draw();
  };
  readonly #onContinue = (): void => {
    this.#reader.close();
    this.#reader.open();
    this.#screen.write("");
    this.#draw();
  };

  constructor(options: EditorOptions) {
    this.#options = options;
    const { input, output } = options;
    this.#screen = new Screen(output);
    this.#completer = new Completer(options.complete, () => this.#drawSoon());
    this.#reader = new KeyReader(
      input,
      (text) => output.write(text),
      (key) => this.#receive(key),
      () => this.end(),
    );
    this.#reader.open();
    output.on("resize", this.#onResize);
    process.on("SIGCONT", this.#onContinue);
  }

  get columns(): number {
    return this.#screen.columns;
  }

  get rows(): number {
    return this.#screen.rows;
  }

  readCommand(prompt: Label, initial = ""): Promise<Typed> {
    return this.#read("command", prompt, initial);
  }

  async readText(prompt: Label): Promise<string | undefined> {
    const typed = await this.#read("text", prompt, "");
    return typed.kind === "command" ? typed.source : undefined;
  }

  async ask(question: Label, signal?: AbortSignal): Promise<string | undefined> {
    const giveUp = (): void => this.#settleWhere((reading) => reading.signal === signal);
    signal?.addEventListener("abort", giveUp);
    try {
      const typed = await this.#read("answer", question, "", signal);
      return typed.kind === "command" ? typed.source : undefined;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  print(text: string): void {
    this.#screen.erase();
    this.#screen.write(text);
    this.#drawSoon();
  }

  cancel(): void {
    this.#settleWhere(() => true);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const reading of this.#readings.toReversed()) this.#settle(reading, { kind: "end", rest: undefined });
    this.#reader.close();
    this.#options.output.off("resize", this.#onResize);
    process.off("SIGCONT", this.#onContinue);
  }

  #read(mode: ReadingMode, prompt: Label, initial: string, signal?: AbortSignal): Promise<Typed> {
    if (this.#ended || signal?.aborted === true) return Promise.resolve({ kind: "end", rest: undefined });
    return new Promise((resolve) => {
      this.#leaveHelpers();
      const reading = { mode, prompt, signal, buffer: new TextBuffer(this.#kills, initial), settle: resolve };
      // Questions come first, also those that were asked before a command is.
      const first = mode === "answer" ? -1 : this.#readings.findIndex((one) => one.mode === "answer");
      this.#readings.splice(first === -1 ? this.#readings.length : first, 0, reading);
      this.#draw();
      void this.#pump();
    });
  }

  #receive(key: Key): void {
    const isReading = this.#readings.length > 0;
    if (!isReading && key.kind === "key" && key.name === "ctrl-c") {
      // As a terminal's own driver does.
      this.#ahead.clear();
      this.#options.onInterrupt();
    } else if (!isReading && key.kind === "key" && key.name === "ctrl-z") {
      this.#suspend();
    } else {
      this.#ahead.push(key);
      void this.#pump();
    }
  }

  /** Works off what was typed, one key after the other, and then draws once. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      for (;;) {
        const reading = this.#readings.at(-1);
        const key = reading === undefined ? undefined : this.#ahead.shift();
        if (reading === undefined || key === undefined) break;
        await this.#handle(reading, key);
      }
    } finally {
      this.#isPumping = false;
    }
    this.#draw();
    // Whoever was answered begins to work first.
    if (this.#readings.length === 0) setImmediate(() => this.#passInterrupt());
  }

  /** A Ctrl-C that came with the Enter before it means what that began. */
  #passInterrupt(): void {
    if (this.#readings.length === 0 && this.#ahead.takeInterrupt()) this.#options.onInterrupt();
  }

  async #handle(reading: Reading, key: Key): Promise<void> {
    this.#completer.clearNote();
    if (this.#search !== undefined && this.#handleInSearch(reading, key)) return;
    if (this.#completer.handle(reading.buffer, key)) return;
    if (key.kind === "text") this.#insert(reading, key.text);
    else if (key.kind === "paste")
      reading.buffer.insert(reading.mode === "answer" ? key.text.replaceAll("\n", " ") : key.text);
    else {
      const action = BINDINGS[key.name];
      if (action !== undefined) await this.#perform(reading, action);
    }
  }

  async #perform(reading: Reading, action: Action): Promise<void> {
    const { buffer } = reading;
    switch (action) {
      case "accept":
        return this.#accept(reading);
      case "new-line":
        return this.#breakLine(reading);
      case "complete":
      case "complete-back":
        return this.#complete(reading);
      case "left":
        return buffer.moveLeft();
      case "right":
        return buffer.moveRight();
      case "word-left":
        return buffer.moveWordLeft();
      case "word-right":
        return buffer.moveWordRight();
      case "up":
        if (!buffer.moveUp()) this.#walkHistory(reading, "back");
        return undefined;
      case "down":
        if (!buffer.moveDown()) this.#walkHistory(reading, "forward");
        return undefined;
      case "home":
        return buffer.moveHome();
      case "end":
        return buffer.moveEnd();
      case "text-start":
        return buffer.moveTo(0);
      case "text-end":
        return buffer.moveTo(buffer.text.length);
      case "history-back":
        return this.#walkHistory(reading, "back");
      case "history-forward":
        return this.#walkHistory(reading, "forward");
      case "search-back":
      case "search-forward":
        if (reading.mode === "command") this.#beginSearch(buffer);
        return undefined;
      case "delete-left":
        return this.#deleteLeft(buffer);
      case "delete-right":
        return buffer.deleteForward();
      case "delete-right-or-end":
        return this.#deleteOrEnd(reading);
      case "kill-line-end":
        return buffer.killToLineEnd();
      case "kill-line-start":
        return buffer.killToLineStart();
      case "kill-blank-word-left":
        return buffer.killBlankWordLeft();
      case "kill-word-left":
        return buffer.killWordLeft();
      case "kill-word-right":
        return buffer.killWordRight();
      case "yank":
        return buffer.yank();
      case "yank-older":
        return buffer.yankOlder();
      case "transpose":
        return buffer.transpose();
      case "undo":
        return buffer.undo();
      case "redo":
        return buffer.redo();
      case "clear-screen":
        return this.#screen.clear();
      case "interrupt":
        this.#ahead.clear();
        return this.#settle(reading, { kind: "interrupt", isEmpty: buffer.text === "" });
      case "suspend":
        return this.#suspend();
      case "escape":
      case "cancel":
        return undefined;
    }
  }

  async #accept(reading: Reading): Promise<void> {
    const { buffer, mode } = reading;
    if (mode === "text") return this.#breakLine(reading);
    const { text } = buffer;
    if (mode === "answer" || text.trim() === "") return this.#settle(reading, { kind: "command", source: text });
    if (!text.includes("\n") && this.#options.isDirective(text))
      return this.#settle(reading, { kind: "command", source: text });
    if (!buffer.isOnLastLine || !(await this.#isReady(text))) return this.#breakLine(reading);
    return this.#settle(reading, { kind: "command", source: text });
  }

  /** Judged with what was pasted behind it, where the terminal does not mark what is pasted. */
  async #isReady(source: string): Promise<boolean> {
    const language = this.#options.language();
    try {
      if (!(await language.judge(source))) return false;
      const following = this.#ahead.peekLines();
      return following === "" || (await language.judgeContinuation?.(source, following)) !== "continues";
    } catch {
      // What judges it cannot be loaded, or is gone: what runs it says why.
      return true;
    }
  }

  #breakLine({ buffer, mode }: Reading): void {
    if (mode === "answer") return;
    // Text that is pasted brings its own indentation.
    const indent = this.#ahead.isEmpty ? this.#options.language().indent(buffer.text.slice(0, buffer.cursor)) : "";
    buffer.insert(`\n${indent}`);
  }

  #insert({ buffer, mode }: Reading, text: string): void {
    const { cursor, line } = buffer;
    const before = buffer.text.slice(0, cursor);
    const indent =
      mode === "answer" || !this.#ahead.isEmpty ? undefined : this.#options.language().dedent(before, text);
    if (indent === undefined) buffer.insert(text);
    else buffer.replace(line.start, cursor, indent + text);
  }

  /** Within the blanks that begin a line it takes one level. */
  #deleteLeft(buffer: TextBuffer): void {
    const { cursor, line, text } = buffer;
    const before = text.slice(line.start, cursor);
    const columns = this.#options.language().indentColumns;
    if (before === "" || !/^ +$/.test(before)) buffer.deleteBackward();
    else buffer.replace(cursor - (((before.length - 1) % columns) + 1), cursor, "");
  }

  #deleteOrEnd(reading: Reading): void {
    const { buffer, mode } = reading;
    const { text, cursor } = buffer;
    const isAtEmptyLine = cursor === text.length && buffer.line.start === cursor;
    if (mode === "text" && cursor === text.length) this.#settle(reading, { kind: "command", source: text });
    else if (text.trim() === "") this.#settle(reading, { kind: "end", rest: undefined });
    else if (isAtEmptyLine) this.#settle(reading, { kind: "end", rest: text });
    else buffer.deleteForward();
  }

  #complete({ buffer, mode }: Reading): void {
    if (mode === "answer") return;
    const { line, text, cursor } = buffer;
    if (text.slice(line.start, cursor).trim() === "") buffer.insert(" ".repeat(this.#options.language().indentColumns));
    else this.#completer.request(buffer);
  }

  #walkHistory({ buffer, mode }: Reading, direction: "back" | "forward"): void {
    if (mode !== "command") return;
    if (this.#walk?.isAt(buffer.text) !== true) {
      this.#walk = new HistoryWalk(this.#options.history(), buffer.text, buffer.text.slice(0, buffer.cursor));
    }
    const entry = direction === "back" ? this.#walk.back() : this.#walk.forward();
    if (entry !== undefined) buffer.setText(entry);
  }

  #beginSearch({ text, cursor }: TextBuffer): void {
    this.#search = { search: new HistorySearch(this.#options.history()), text, cursor };
  }

  /** @returns whether that was all; else the key means what it always does */
  #handleInSearch({ buffer }: Reading, key: Key): boolean {
    if (this.#search === undefined) return false;
    const { search, text, cursor } = this.#search;
    const action = key.kind === "key" ? BINDINGS[key.name] : undefined;
    if (key.kind !== "key") search.setQuery(search.query + key.text.split("\n", 1).join(""));
    else if (action === "delete-left") search.setQuery(search.query.slice(0, -1));
    else if (action === "search-back") search.next("older");
    else if (action === "search-forward") search.next("newer");
    else {
      this.#search = undefined;
      if (action !== "cancel" && action !== "interrupt") return action === "escape";
      buffer.setText(text, cursor);
      return true;
    }
    if (search.entry !== undefined) buffer.setText(search.entry, search.matchStart);
    return true;
  }

  #suspend(): void {
    if (process.platform === "win32") return;
    this.#screen.erase();
    this.#reader.close();
    // Goes on in `#onContinue`.
    process.kill(process.pid, "SIGTSTP");
  }

  #settleWhere(isMeant: (reading: Reading) => boolean): void {
    for (const reading of this.#readings.filter(isMeant)) {
      if (reading === this.#readings.at(-1)) this.#screen.erase();
      this.#readings.splice(this.#readings.indexOf(reading), 1);
      reading.settle({ kind: "cancelled", text: reading.buffer.text });
    }
    this.#leaveHelpers();
    this.#drawSoon();
  }

  /** Answers what is being read, and leaves it on the terminal as it is. */
  #settle(reading: Reading, typed: Typed): void {
    // It may have been given up while a key was worked off.
    if (reading !== this.#readings.at(-1)) return;
    this.#leaveHelpers();
    const view = this.#createView(reading);
    const suffix = typed.kind === "interrupt" ? "^C" : "";
    const text = view.text + suffix;
    this.#screen.leave(layOut({ ...view, text, cursor: -1 }, this.#options.palette, this.columns, Infinity));
    this.#readings.pop();
    reading.settle(typed);
  }

  #leaveHelpers(): void {
    this.#search = undefined;
    this.#walk = undefined;
    this.#completer.close();
  }

  #drawSoon(): void {
    if (this.#isDrawingDue) return;
    this.#isDrawingDue = true;
    setImmediate(() => {
      this.#isDrawingDue = false;
      this.#draw();
    });
  }

  #draw(): void {
    const reading = this.#readings.at(-1);
    if (reading === undefined || this.#ended) return;
    const { columns, rows } = this.#screen;
    const { palette } = this.#options;
    const view = this.#createView(reading);
    const room = rows - layOut(view, palette, columns, Infinity).rows.length;
    this.#screen.draw(layOut({ ...view, below: this.#showBelow(columns, room) }, palette, columns, rows));
  }

  #createView({ buffer, mode, prompt }: Reading): View {
    const { text, cursor } = buffer;
    const last = prompt.text.slice(prompt.text.lastIndexOf("\n") + 1);
    return {
      prompt,
      continuation: mode === "text" ? NONE : { text: " ".repeat(last.length), style: "plain" },
      text,
      spans: this.#colorText(text, mode),
      cursor,
      below: [],
    };
  }

  #colorText(text: string, mode: ReadingMode): Span[] {
    if (this.#search?.search.entry !== undefined) {
      const { matchStart, query } = this.#search.search;
      return [{ start: matchStart, end: matchStart + query.length, style: "selected" }];
    }
    if (mode === "answer" || !this.#options.palette.hasColors || this.#options.isDirective(text)) return [];
    return colorTokens(this.#options.language().tokenize(text));
  }

  #showBelow(columns: number, room: number): string[] {
    const { palette } = this.#options;
    if (this.#search === undefined) return this.#completer.show(palette, columns, room);
    const { query, failed } = this.#search.search;
    return [palette.paint(`search: ${query}${failed ? "  (nothing more has it)" : "_"}`.slice(0, columns), "faint")];
  }
}
