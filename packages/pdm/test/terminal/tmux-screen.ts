// What a terminal shows, as tmux captures it: text with the control sequences of colours.

/** What a terminal shows, with what has scrolled out. */
export interface Screen {
  /**
   * The text, as one reads it best in a test: lines are without trailing blanks, and empty ones in the end are left out. A prompt such as
   * `shop[1234] admin> ` is `% `, since its process differs each time, with what stands below it moved to the left likewise.
   */
  readonly text: string;
  /** The text, with each prompt as it is. */
  readonly fullText: string;
  /** The row that the cursor stands in, up to the cursor; with its prompt as it is. */
  readonly beforeCursor: string;
  /** The last prompt as it is, with the blank behind it. */
  readonly prompt: string;
  /** The colour and weight of a text, where it stands last: `red bold`, `cyan`, or nothing. */
  readonly styleOf: (text: string) => string;
}

/** A prompt, with where it goes on in a group. */
const PROMPT = /^[^\s[]+\[\d+\]\S* \w+>(?: |$)/;

/** One sequence for colours and weights, SGR, or what sets a character set, which tmux has around lines and boxes. */
// oxlint-disable-next-line no-control-regex
const SEQUENCE = /\u001b\[([\d;:]*)m|[\u000e\u000f]/gu;

const COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** Reads what `capture-pane -e` prints. */
export function readScreen(captured: string, cursorRow: number, cursorColumn: number): Screen {
  const { text, styles } = readStyles(captured);
  const rows = text.split("\n").map((row) => row.trimEnd());
  const fullText = rows.join("\n").trimEnd();
  return {
    text: shortenPrompts(rows).join("\n").trimEnd(),
    fullText,
    // Wide characters would count twice; no test has any.
    beforeCursor: (rows[cursorRow] ?? "").padEnd(cursorColumn).slice(0, cursorColumn),
    prompt: rows.map((row) => PROMPT.exec(`${row} `)?.[0]).findLast((prompt) => prompt !== undefined) ?? "",
    styleOf: (wanted) => {
      const at = text.lastIndexOf(wanted);
      return at === -1 ? `no ${wanted} is there` : (styles[at] ?? "");
    },
  };
}

/** The text without control sequences, and the style of each of its characters. A style lasts until another, over lines too. */
function readStyles(captured: string): { text: string; styles: string[] } {
  let text = "";
  const styles: string[] = [];
  let current: readonly number[] = [];
  let from = 0;
  const take = (piece: string): void => {
    text += piece;
    const style = nameStyle(current);
    for (let count = 0; count < piece.length; count += 1) styles.push(style);
  };
  for (const { index, 0: sequence, 1: codes } of captured.matchAll(SEQUENCE)) {
    take(captured.slice(from, index));
    from = index + sequence.length;
    if (codes !== undefined) current = applyCodes(current, codes.split(/[;:]/).map(Number));
  }
  take(captured.slice(from));
  return { text, styles };
}

/** What is in force: at most one colour, as 31 or 91, and weights. */
function applyCodes(current: readonly number[], codes: readonly number[]): readonly number[] {
  let next = [...current];
  for (const code of codes) {
    if (code === 0) next = [];
    else if (code === 39) next = next.filter((one) => !isColor(one));
    else if (isColor(code)) next = [...next.filter((one) => !isColor(one)), code];
    else if (code === 1 || code === 7) next.push(code);
    else if (code === 22 || code === 27) next = next.filter((one) => one !== code - (code === 22 ? 21 : 20));
  }
  return next;
}

function isColor(code: number): boolean {
  return (code >= 30 && code <= 37) || (code >= 90 && code <= 97);
}

function nameStyle(codes: readonly number[]): string {
  const color = codes.find(isColor);
  return [
    ...(color === undefined ? [] : [color === 90 ? "gray" : (COLORS[color % 10] ?? "")]),
    ...(codes.includes(1) ? ["bold"] : []),
    ...(codes.includes(7) ? ["reverse"] : []),
  ].join(" ");
}

function shortenPrompts(rows: readonly string[]): string[] {
  let indent: string | undefined;
  return rows.map((row) => {
    const prompt = PROMPT.exec(row)?.[0];
    if (prompt !== undefined) {
      indent = " ".repeat(prompt.trimEnd().length + 1);
      return `% ${row.slice(prompt.length)}`.trimEnd();
    }
    if (indent !== undefined && row.startsWith(indent)) return `  ${row.slice(indent.length)}`;
    indent = undefined;
    return row;
  });
}
