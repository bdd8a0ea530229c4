/** Replaces the text from `start` to `end` (not included) on one line; nothing is replaced where they are equal. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The place in the source that the character behind the edit stands for, where it is not its own. */
  readonly origin?: number;
}

/** From `column` of an edited line on, until the next of the same line, what place of the source is meant. All from 1. */
export interface ColumnShift {
  readonly line: number;
  readonly column: number;
  readonly sourceColumn: number;
  /** All these columns stand for the one of the source: they are an edit's own text. */
  readonly fixed: boolean;
}

export interface EditedText {
  readonly text: string;
  /** Where the text of each edit begins. */
  readonly offsets: ReadonlyMap<TextEdit, number>;
  /** By line, then column. */
  readonly shifts: readonly ColumnShift[];
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/gu;

/** Applies edits that do not overlap; those at the same place in the given order. */
export function applyEdits(source: string, edits: readonly TextEdit[]): EditedText {
  if (edits.length === 0) return { text: source, offsets: new Map(), shifts: [] };
  const offsets = new Map<TextEdit, number>();
  const shifts: ColumnShift[] = [];
  const lineStarts = [0, ...Array.from(source.matchAll(LINE_END), (end) => end.index + end[0].length)];
  let line = 0;
  let text = "";
  let position = 0;
  let editedLineStart = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    for (let next = lineStarts[line + 1]; next !== undefined && next <= edit.start; next = lineStarts[line + 1]) {
      line += 1;
      editedLineStart = text.length + next - position;
    }
    const lineStart = lineStarts[line] ?? 0;
    const sourceColumn = (place: number): number => place - lineStart + 1;
    text += source.slice(position, edit.start);
    offsets.set(edit, text.length);
    shifts.push({
      line: line + 1,
      column: text.length - editedLineStart + 1,
      sourceColumn: sourceColumn(edit.start),
      fixed: true,
    });
    text += edit.text;
    let column = text.length - editedLineStart + 1;
    if (edit.origin !== undefined) {
      shifts.push({ line: line + 1, column, sourceColumn: sourceColumn(edit.origin), fixed: true });
      column += 1;
    }
    const behind = edit.end + (edit.origin === undefined ? 0 : 1);
    shifts.push({ line: line + 1, column, sourceColumn: sourceColumn(behind), fixed: false });
    position = edit.end;
  }
  return { text: text + source.slice(position), offsets, shifts };
}

/** Spaces in place of all but the line ends. */
export function blank(text: string): string {
  return text.replace(/[^\r\n\u2028\u2029]/g, " ");
}
