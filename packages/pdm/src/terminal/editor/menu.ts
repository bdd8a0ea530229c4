import type { ReplCompletion, ReplCompletionItem } from "../../client/repl-session.js";
import { cutToWidth, measureText } from "./display-width.js";
import { showGrapheme } from "./layout.js";
import { splitGraphemes } from "./display-width.js";
import type { Palette } from "./style.js";

/** Rows of items, where the terminal has room for them. */
const MAX_ROWS = 10;
const GAP = "  ";

/** Completions to choose from. Few are listed with what they are; many stand in columns, and a last row says what the chosen one is. */
export class Menu {
  readonly #completion: ReplCompletion;
  #items: readonly ReplCompletionItem[];
  #selected = 0;
  /** Rows that were laid out last; moving sideways goes by that. */
  #gridRows = MAX_ROWS;
  /** The first of the columns that are shown. */
  #firstColumn = 0;

  constructor(completion: ReplCompletion) {
    this.#completion = completion;
    this.#items = completion.items;
  }

  get from(): number {
    return this.#completion.from;
  }

  get isCut(): boolean {
    return this.#completion.isCut;
  }

  get items(): readonly ReplCompletionItem[] {
    return this.#items;
  }

  get selected(): ReplCompletionItem | undefined {
    return this.#items[this.#selected];
  }

  move(direction: "next" | "previous" | "left" | "right"): void {
    const { length } = this.#items;
    const columnStep = length > MAX_ROWS ? this.#gridRows : 1;
    const step = { next: 1, previous: -1, left: -columnStep, right: columnStep }[direction];
    const target = this.#selected + step;
    if (direction === "next" || direction === "previous") this.#selected = (target + length) % length;
    else if (target >= 0) this.#selected = Math.min(target, length - 1);
  }

  /** Leaves what begins with `prefix`. @returns whether there is any */
  narrow(prefix: string): boolean {
    const { selected } = this;
    this.#items = this.#completion.items.filter(({ text }) => text.startsWith(prefix));
    this.#selected = Math.max(0, selected === undefined ? 0 : this.#items.indexOf(selected));
    this.#firstColumn = 0;
    return this.#items.length > 0;
  }

  /** One row each, none wider than `columns`. */
  show(palette: Palette, columns: number, maxRows: number): string[] {
    const rows = Math.max(1, Math.min(MAX_ROWS, maxRows));
    return this.#items.length <= rows ? this.#showList(palette, columns) : this.#showGrid(palette, columns, rows);
  }

  #showList(palette: Palette, columns: number): string[] {
    const texts = this.#items.map(({ text }) => cutToWidth(showText(text), columns));
    const width = Math.max(...texts.map(measureText));
    return this.#items.map((item, index) => {
      const isSelected = index === this.#selected;
      const text = pad(texts[index] ?? "", width);
      const rest = cutToWidth(`${GAP}${describeItem(item)}`, columns - width);
      return palette.paint(text, isSelected ? "selected" : "plain") + palette.paint(rest, "faint");
    });
  }

  #showGrid(palette: Palette, columns: number, maxRows: number): string[] {
    const rows = Math.max(1, maxRows - 1);
    this.#gridRows = rows;
    const texts = this.#items.map(({ text }) => cutToWidth(showText(text), columns));
    const all: { from: number; width: number }[] = [];
    for (let from = 0; from < texts.length; from += rows) {
      all.push({ from, width: Math.max(...texts.slice(from, from + rows).map(measureText)) });
    }
    const selectedColumn = Math.floor(this.#selected / rows);
    this.#firstColumn = Math.min(this.#firstColumn, selectedColumn);
    while (countFitting(all.slice(this.#firstColumn), columns) <= selectedColumn - this.#firstColumn) {
      this.#firstColumn += 1;
    }
    const shown = all.slice(this.#firstColumn, this.#firstColumn + countFitting(all.slice(this.#firstColumn), columns));
    const grid = Array.from({ length: rows }, (_, row) =>
      shown
        .filter(({ from }) => from + row < texts.length)
        .map(({ from, width }) => {
          const text = pad(texts[from + row] ?? "", width);
          return palette.paint(text, from + row === this.#selected ? "selected" : "plain");
        })
        .join(GAP),
    );
    return [...grid, this.#showFooter(palette, columns)];
  }

  #showFooter(palette: Palette, columns: number): string {
    const { selected } = this;
    const place = `${this.#selected + 1} of ${this.#items.length}${this.isCut ? " or more" : ""}`;
    const what = selected === undefined ? "" : `${showText(selected.text)}${GAP}${describeItem(selected)}`;
    return palette.paint(cutToWidth(`${place}: ${what}`, columns), "faint");
  }
}

/** The longest text that all items begin with. */
export function findCommonPrefix(items: readonly ReplCompletionItem[]): string {
  let prefix = items[0]?.text ?? "";
  for (const { text } of items) {
    while (!text.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  return prefix;
}

function describeItem({ kind, detail, from }: ReplCompletionItem): string {
  const where = from === undefined ? "" : ` of ${from}`;
  return showText(`${kind}${where}${detail === undefined ? "" : ` ${detail}`}`);
}

/** On one row, whatever the names of a service's properties are. */
function showText(text: string): string {
  let shown = "";
  for (const { text: character } of splitGraphemes(text)) shown += showGrapheme(character).text;
  return shown;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - measureText(text)));
}

/** At least one. */
function countFitting(grid: readonly { readonly width: number }[], columns: number): number {
  let width = 0;
  for (const [index, column] of grid.entries()) {
    width += column.width + (index === 0 ? 0 : GAP.length);
    if (width > columns) return Math.max(1, index);
  }
  return Math.max(1, grid.length);
}
