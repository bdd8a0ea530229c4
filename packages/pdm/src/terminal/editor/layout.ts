import { measureGrapheme, splitGraphemes } from "./display-width.js";
import type { Label, Palette, Span, Style } from "./style.js";

/** What is to be shown: a text behind a prompt, and rows below it. */
export interface View {
  readonly prompt: Label;
  /** Before each further line of the text. */
  readonly continuation: Label;
  readonly text: string;
  /** In order, without overlaps. */
  readonly spans: readonly Span[];
  readonly cursor: number;
  /** One row each, in their styles already, none wider than the terminal. */
  readonly below: readonly string[];
}

/** Rows of a terminal, and where the cursor stands among them; all from 0. */
export interface Frame {
  readonly rows: readonly Row[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

interface Row {
  /** With control sequences. */
  readonly text: string;
  /** In columns; 0 for a row below the text, which is never wrapped. */
  readonly width: number;
}

const TAB_COLUMNS = 4;

/** What a terminal of so many columns and rows shows; where the view is higher, the part around the cursor. */
export function layOut(view: View, palette: Palette, columns: number, maxRows: number): Frame {
  const { rows, cursorRow, cursorColumn } = new Writer(view, palette, Math.max(4, columns)).write();
  // A menu that does not fit goes before the text does.
  const below = view.below.slice(0, Math.max(0, maxRows - rows.length));
  const first = Math.max(0, Math.min(cursorRow - Math.floor(maxRows / 2), rows.length - maxRows));
  const shown = rows.slice(first, first + maxRows);
  return {
    rows: [...shown, ...below.map((text) => ({ text, width: 0 }))],
    cursorRow: cursorRow - first,
    cursorColumn,
  };
}

/** Text without anything that a terminal would obey: as it is shown, and in the columns that that takes. */
export function showGrapheme(character: string): { readonly text: string; readonly width: number } {
  if (character === "\t") return { text: " ".repeat(TAB_COLUMNS), width: TAB_COLUMNS };
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return { text: `^${String.fromCharCode(code ^ 0x40)}`, width: 2 };
  if ((code >= 0x80 && code < 0xa0) || isDirectional(code)) {
    const text = `<${code.toString(16)}>`;
    return { text, width: text.length };
  }
  return { text: character, width: measureGrapheme(character) };
}

/** The controls of writing direction, which can show a text in another order than it has. */
function isDirectional(code: number): boolean {
  return (
    code === 0x61c ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}

class Writer {
  readonly #view: View;
  readonly #palette: Palette;
  readonly #columns: number;
  readonly #rows: Row[] = [];
  #row = "";
  #width = 0;
  /** Of one style, not in the row yet. */
  #piece = "";
  #style: Style = "plain";
  #cursor = { row: 0, column: 0 };

  constructor(view: View, palette: Palette, columns: number) {
    this.#view = view;
    this.#palette = palette;
    this.#columns = columns;
  }

  write(): { rows: Row[]; cursorRow: number; cursorColumn: number } {
    const { prompt, continuation, text, cursor, spans } = this.#view;
    this.#writeLabel(prompt);
    let next = 0;
    for (const { text: character, start } of splitGraphemes(text)) {
      while ((spans[next]?.end ?? Infinity) <= start) next += 1;
      const span = spans[next];
      if (start === cursor) this.#markCursor(character);
      if (character === "\n") {
        this.#endRow();
        this.#writeLabel(continuation);
      } else {
        const shown = showGrapheme(character);
        this.#put(shown.text, shown.width, span !== undefined && span.start <= start ? span.style : "plain");
      }
    }
    if (cursor >= text.length) this.#markCursor("");
    this.#endRow();
    return { rows: this.#rows, cursorRow: this.#cursor.row, cursorColumn: this.#cursor.column };
  }

  #writeLabel({ text, style }: Label): void {
    for (const { text: character } of splitGraphemes(text)) {
      const shown = showGrapheme(character);
      this.#put(shown.text, shown.width, style);
    }
  }

  /** Where the next character will stand: in the next row, if this one has no room for it. */
  #markCursor(character: string): void {
    const width = character === "\n" || character === "" ? 1 : showGrapheme(character).width;
    if (this.#width + width > this.#columns) this.#endRow();
    this.#cursor = { row: this.#rows.length, column: this.#width };
  }

  #put(text: string, width: number, style: Style): void {
    if (this.#width + width > this.#columns) this.#endRow();
    if (style !== this.#style) this.#endPiece();
    this.#style = style;
    this.#piece += text;
    this.#width += width;
  }

  #endPiece(): void {
    this.#row += this.#palette.paint(this.#piece, this.#style);
    this.#piece = "";
  }

  #endRow(): void {
    this.#endPiece();
    this.#rows.push({ text: this.#row, width: this.#width });
    this.#row = "";
    this.#width = 0;
  }
}
