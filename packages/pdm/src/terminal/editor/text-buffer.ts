import { findGraphemeAfter, findGraphemeBefore, measureText, cutToWidth } from "./display-width.js";
import { KillRing } from "./kill-ring.js";
import { UndoStack } from "./undo-stack.js";

/** What two motions or changes in a row have in common decides whether they are one. */
type Streak = "type" | "kill" | "yank" | "vertical" | undefined;

const WORD = /[\p{L}\p{N}\p{M}_$]/u;

/** The text being edited, over one or many lines, and the cursor in it: an offset in UTF-16 units, never inside of a character. */
export class TextBuffer {
  readonly #undo = new UndoStack();
  readonly #kills: KillRing;
  #text = "";
  #cursor = 0;
  #streak: Streak;
  /** The column that moving up and down keeps to. */
  #goalColumn = 0;

  /** What is killed in one buffer can be yanked in another that has the same ring. */
  constructor(kills: KillRing = new KillRing(), text = "") {
    this.#kills = kills;
    this.#text = text;
    this.#cursor = text.length;
  }

  get text(): string {
    return this.#text;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** The line that the cursor is in, as offsets; the line feed is behind `end`. */
  get line(): { readonly start: number; readonly end: number } {
    const end = this.#text.indexOf("\n", this.#cursor);
    return {
      start: this.#text.lastIndexOf("\n", this.#cursor - 1) + 1,
      end: end === -1 ? this.#text.length : end,
    };
  }

  get isOnFirstLine(): boolean {
    return this.line.start === 0;
  }

  get isOnLastLine(): boolean {
    return this.line.end === this.#text.length;
  }

  /** Replaces everything; can be undone. */
  setText(text: string, cursor: number = text.length): void {
    this.#save(undefined);
    this.#text = text;
    this.#cursor = cursor;
  }

  insert(text: string): void {
    // Undo takes words back, not letters.
    const isTyped = text.length === 1 && WORD.test(text);
    this.replace(this.#cursor, this.#cursor, text, isTyped ? "type" : undefined);
  }

  /** Puts `text` in place of what is between two offsets, and the cursor behind it. */
  replace(from: number, to: number, text: string, streak?: Streak): void {
    this.#save(streak);
    this.#text = this.#text.slice(0, from) + text + this.#text.slice(to);
    this.#cursor = from + text.length;
  }

  deleteBackward(): void {
    const from = findGraphemeBefore(this.#text, this.#cursor);
    if (from < this.#cursor) this.replace(from, this.#cursor, "");
  }

  deleteForward(): void {
    const to = findGraphemeAfter(this.#text, this.#cursor);
    if (to > this.#cursor) this.replace(this.#cursor, to, "");
  }

  moveTo(offset: number): void {
    this.#streak = undefined;
    this.#cursor = Math.min(Math.max(0, offset), this.#text.length);
  }

  moveLeft(): void {
    this.moveTo(findGraphemeBefore(this.#text, this.#cursor));
  }

  moveRight(): void {
    if (this.#cursor < this.#text.length) this.moveTo(findGraphemeAfter(this.#text, this.#cursor));
  }

  moveWordLeft(): void {
    this.moveTo(this.#findWordStart());
  }

  moveWordRight(): void {
    this.moveTo(this.#findWordEnd());
  }

  /** To the first character that is no blank; where the cursor is there already, to the start of the line. */
  moveHome(): void {
    const { start, end } = this.line;
    const indent = /^[ \t]*/.exec(this.#text.slice(start, end))?.[0].length ?? 0;
    this.moveTo(this.#cursor === start + indent ? start : start + indent);
  }

  moveEnd(): void {
    this.moveTo(this.line.end);
  }

  /** @returns whether there was a line above; the cursor stays in its column where the line is long enough */
  moveUp(): boolean {
    const { start } = this.line;
    if (start === 0) return false;
    this.#moveIntoLine(this.#text.lastIndexOf("\n", start - 2) + 1, start - 1);
    return true;
  }

  /** @returns whether there was a line below */
  moveDown(): boolean {
    const { end } = this.line;
    if (end === this.#text.length) return false;
    const next = this.#text.indexOf("\n", end + 1);
    this.#moveIntoLine(end + 1, next === -1 ? this.#text.length : next);
    return true;
  }

  killToLineEnd(): void {
    const { end } = this.line;
    // At the end of a line its line feed goes.
    this.#kill(this.#cursor, end === this.#cursor ? Math.min(end + 1, this.#text.length) : end, "after");
  }

  killToLineStart(): void {
    const { start } = this.line;
    this.#kill(start === this.#cursor ? Math.max(0, start - 1) : start, this.#cursor, "before");
  }

  /** As a shell's Ctrl-W: up to white space. */
  killBlankWordLeft(): void {
    const before = this.#text.slice(0, this.#cursor);
    this.#kill(before.length - (/\S*\s*$/.exec(before)?.[0].length ?? 0), this.#cursor, "before");
  }

  killWordLeft(): void {
    this.#kill(this.#findWordStart(), this.#cursor, "before");
  }

  killWordRight(): void {
    this.#kill(this.#cursor, this.#findWordEnd(), "after");
  }

  /** Inserts what was killed last. */
  yank(): void {
    const text = this.#kills.last;
    if (text !== undefined) this.replace(this.#cursor, this.#cursor, text, "yank");
  }

  /** Right after {@link yank}: what was killed before that, in its place. */
  yankOlder(): void {
    const current = this.#kills.last;
    if (this.#streak !== "yank" || current === undefined) return;
    const older = this.#kills.turn();
    const from = this.#cursor - current.length;
    this.#streak = undefined;
    if (older !== undefined) this.replace(from, this.#cursor, older, "yank");
  }

  /** Exchanges the characters before and at the cursor; at the end of a line, the two before it. */
  transpose(): void {
    const { start, end } = this.line;
    const middle = this.#cursor === end ? findGraphemeBefore(this.#text, this.#cursor) : this.#cursor;
    if (middle <= start || middle >= end) return;
    const from = findGraphemeBefore(this.#text, middle);
    const to = findGraphemeAfter(this.#text, middle);
    this.replace(from, to, this.#text.slice(middle, to) + this.#text.slice(from, middle));
  }

  undo(): void {
    this.#restore(this.#undo.undo({ text: this.#text, cursor: this.#cursor }));
  }

  redo(): void {
    this.#restore(this.#undo.redo({ text: this.#text, cursor: this.#cursor }));
  }

  #kill(from: number, to: number, side: "before" | "after"): void {
    if (from >= to) return;
    this.#kills.add(this.#text.slice(from, to), this.#streak === "kill" ? side : undefined);
    this.replace(from, to, "", "kill");
  }

  #moveIntoLine(start: number, end: number): void {
    const line = this.line;
    if (this.#streak !== "vertical") this.#goalColumn = measureText(this.#text.slice(line.start, this.#cursor));
    this.#cursor = start + cutToWidth(this.#text.slice(start, end), this.#goalColumn).length;
    this.#streak = "vertical";
  }

  #findWordStart(): number {
    return (
      this.#cursor -
      (/[\p{L}\p{N}\p{M}_$]*[^\p{L}\p{N}\p{M}_$]*$/u.exec(this.#text.slice(0, this.#cursor))?.[0].length ?? 0)
    );
  }

  #findWordEnd(): number {
    return (
      this.#cursor +
      (/^[^\p{L}\p{N}\p{M}_$]*[\p{L}\p{N}\p{M}_$]*/u.exec(this.#text.slice(this.#cursor))?.[0].length ?? 0)
    );
  }

  #save(streak: Streak): void {
    const goesOn = streak === "type" && this.#streak === "type";
    if (!goesOn) this.#undo.save({ text: this.#text, cursor: this.#cursor });
    this.#streak = streak;
  }

  #restore(state: { readonly text: string; readonly cursor: number } | undefined): void {
    this.#streak = undefined;
    if (state === undefined) return;
    this.#text = state.text;
    this.#cursor = state.cursor;
  }
}
