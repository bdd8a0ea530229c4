/** One character as a reader sees it: a base with all its combining marks. */
export interface Grapheme {
  readonly text: string;
  /** Where it begins, in UTF-16 units. */
  readonly start: number;
}

/** Absent where Node was built without ICU. */
const segmenter = typeof Intl === "object" && "Segmenter" in Intl ? new Intl.Segmenter(undefined) : undefined;

/** Nothing in it combines with its neighbour. */
const PLAIN = /^[\n\u0020-\u007e]*$/;
const PICTURE = /^\p{Extended_Pictographic}/u;
const PICTURE_BY_ITSELF = /^\p{Emoji_Presentation}/u;
const FLAG = /^\p{Regional_Indicator}{2}/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
const CONTROL = /^\p{Cc}/u;
/** A soft hyphen is a format character that terminals show. */
const SOFT_HYPHEN = 0xad;

/** First and last code points of what is two columns wide: `W` and `F` in Unicode 16's EastAsianWidth.txt, unassigned gaps inside of blocks included. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x23f0, 0x23f0],
  [0x23f3, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2630, 0x2637],
  [0x2648, 0x2653],
  [0x267f, 0x267f],
  [0x268a, 0x268f],
  [0x2693, 0x2693],
  [0x26a1, 0x26a1],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x26ce, 0x26ce],
  [0x26d4, 0x26d4],
  [0x26ea, 0x26ea],
  [0x26f2, 0x26f3],
  [0x26f5, 0x26f5],
  [0x26fa, 0x26fa],
  [0x26fd, 0x26fd],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x274e, 0x274e],
  [0x2753, 0x2755],
  [0x2757, 0x2757],
  [0x2795, 0x2797],
  [0x27b0, 0x27b0],
  [0x27bf, 0x27bf],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2b55, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4dc0, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f200, 0x1f265],
  [0x1f300, 0x1f320],
  [0x1f32d, 0x1f335],
  [0x1f337, 0x1f37c],
  [0x1f37e, 0x1f393],
  [0x1f3a0, 0x1f3ca],
  [0x1f3cf, 0x1f3d3],
  [0x1f3e0, 0x1f3f0],
  [0x1f3f4, 0x1f3f4],
  [0x1f3f8, 0x1f43e],
  [0x1f440, 0x1f440],
  [0x1f442, 0x1f4fc],
  [0x1f4ff, 0x1f53d],
  [0x1f54b, 0x1f54e],
  [0x1f550, 0x1f567],
  [0x1f57a, 0x1f57a],
  [0x1f595, 0x1f596],
  [0x1f5a4, 0x1f5a4],
  [0x1f5fb, 0x1f64f],
  [0x1f680, 0x1f6c5],
  [0x1f6cc, 0x1f6cc],
  [0x1f6d0, 0x1f6d2],
  [0x1f6d5, 0x1f6df],
  [0x1f6eb, 0x1f6ec],
  [0x1f6f4, 0x1f6fc],
  [0x1f7e0, 0x1f7f0],
  [0x1f90c, 0x1f93a],
  [0x1f93c, 0x1f945],
  [0x1f947, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

/** The characters of a text in their order. */
export function* splitGraphemes(text: string): Generator<Grapheme, void> {
  if (PLAIN.test(text) || segmenter === undefined) {
    let start = 0;
    for (const character of text) {
      yield { text: character, start };
      start += character.length;
    }
    return;
  }
  for (const { segment, index } of segmenter.segment(text)) yield { text: segment, start: index };
}

/** Where the character before `offset` begins; 0 at the start. */
export function findGraphemeBefore(text: string, offset: number): number {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  // A line feed, which combines with nothing.
  if (lineStart === offset) return Math.max(0, offset - 1);
  let last = lineStart;
  for (const { start } of splitGraphemes(text.slice(lineStart, offset))) last = lineStart + start;
  return last;
}

/** Where the character at `offset` ends. */
export function findGraphemeAfter(text: string, offset: number): number {
  const lineEnd = text.indexOf("\n", offset);
  const line = text.slice(offset, lineEnd === -1 ? text.length : lineEnd);
  for (const { text: character } of splitGraphemes(line)) return offset + character.length;
  return Math.min(text.length, offset + 1);
}

/** Columns that a terminal shows one character in: 0, 1 or 2. A control character has 0; an editor shows it as something else. */
export function measureGrapheme(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character.length > 1 && character.includes("\ufe0f") ? 2 : 1;
  if (CONTROL.test(character)) return 0;
  if (code === SOFT_HYPHEN) return 1;
  if (PICTURE_BY_ITSELF.test(character) || FLAG.test(character)) return 2;
  if (character.includes("\ufe0f") && PICTURE.test(character)) return 2;
  if (NO_WIDTH.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

/** Columns of a text without line feeds and control sequences. */
export function measureText(text: string): number {
  let width = 0;
  for (const { text: character } of splitGraphemes(text)) width += measureGrapheme(character);
  return width;
}

/** The longest start of a text that fits in so many columns. */
export function cutToWidth(text: string, columns: number): string {
  let width = 0;
  for (const { text: character, start } of splitGraphemes(text)) {
    width += measureGrapheme(character);
    if (width > columns) return text.slice(0, start);
  }
  return text;
}

function isWide(code: number): boolean {
  let low = 0;
  let high = WIDE.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = WIDE[middle] ?? [0, 0];
    if (code < first) high = middle - 1;
    else if (code > last) low = middle + 1;
    else return true;
  }
  return false;
}
