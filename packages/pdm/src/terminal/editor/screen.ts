import type { WriteStream } from "node:tty";
import type { Frame } from "./layout.js";

const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";
const ERASE_ROW = "\u001B[K";
const ERASE_BELOW = "\u001B[J";
const EMPTY: Frame = { rows: [], cursorRow: 0, cursorColumn: 0 };

/** The lower end of a terminal: a frame that is drawn again and again, and text that scrolls away above it. */
export class Screen {
  readonly #output: WriteStream;
  #frame: Frame = EMPTY;
  #columns: number;
  /** Whether the cursor stands at the start of a row, where there is no frame. */
  #atRowStart = true;

  constructor(output: WriteStream) {
    this.#output = output;
    this.#columns = this.columns;
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  /** Shows a frame in place of the one before; only rows that differ are written. */
  draw(frame: Frame): void {
    const before = this.#frame;
    let text = this.#atRowStart ? HIDE_CURSOR : `${HIDE_CURSOR}\r\n`;
    text += this.#goToTop();
    for (const [index, row] of frame.rows.entries()) {
      if (index > 0) text += "\r\n";
      // Erased first: behind a full row the cursor stands on its last column.
      if (before.rows[index]?.text !== row.text) text += `${ERASE_ROW}${row.text}`;
    }
    const last = frame.rows.length - 1;
    if (before.rows.length > frame.rows.length) text += `\r\n${ERASE_BELOW}${moveUp(1)}`;
    text += `${moveUp(last - frame.cursorRow)}\u001B[${frame.cursorColumn + 1}G${SHOW_CURSOR}`;
    this.#output.write(text);
    this.#frame = frame;
    this.#columns = this.columns;
    this.#atRowStart = true;
  }

  /** Takes the frame away; what is written next stands in its place. */
  erase(): void {
    if (this.#frame === EMPTY) return;
    this.#output.write(`${this.#goToTop()}${ERASE_BELOW}`);
    this.#frame = EMPTY;
  }

  /** Leaves a last frame where it is, and goes to the row below it. */
  leave(frame: Frame): void {
    this.erase();
    this.#output.write(`${frame.rows.map(({ text }) => text).join("\r\n")}\r\n`);
    this.#atRowStart = true;
  }

  /** Writes text where there is no frame; line feeds alone end its lines. */
  write(text: string): void {
    if (text === "") return;
    this.#output.write(text.replaceAll("\n", "\r\n"));
    this.#atRowStart = text.endsWith("\n");
  }

  /** Empties the terminal; the frame is to be drawn again. */
  clear(): void {
    this.#output.write("\u001B[H\u001B[2J");
    this.#frame = EMPTY;
    this.#atRowStart = true;
  }

  /** After the terminal became wider or narrower and wrapped anew what it showed: takes the frame away, as far as can be known. */
  forgetWidth(): void {
    const { columns } = this;
    const { rows, cursorRow, cursorColumn } = this.#frame;
    const wrapped = (width: number): number => Math.max(1, Math.ceil(width / columns));
    const above = rows.slice(0, cursorRow).reduce((sum, row) => sum + wrapped(row.width), 0);
    const within = Math.floor(cursorColumn / columns);
    if (rows.length > 0 && columns !== this.#columns) {
      this.#output.write(`${moveUp(above + within)}\r${ERASE_BELOW}`);
      this.#frame = EMPTY;
    }
  }

  #goToTop(): string {
    return this.#frame === EMPTY ? "" : `${moveUp(this.#frame.cursorRow)}\r`;
  }
}

function moveUp(rows: number): string {
  return rows > 0 ? `\u001B[${rows}A` : "";
}
