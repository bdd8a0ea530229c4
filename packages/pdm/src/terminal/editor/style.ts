/** How a piece of text is shown. */
export type Style =
  | "plain"
  | "keyword"
  | "constant"
  | "number"
  | "string"
  | "regexp"
  | "comment"
  | "safe"
  | "danger"
  | "faint"
  | "selected"
  | "error";

/** A part of a text that is shown in a style, by offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly style: Style;
}

/** Text in one style. */
export interface Label {
  readonly text: string;
  readonly style: Style;
}

const RESET = "\u001B[0m";

/** The parameters of SGR, the control sequence for colours; those of values are util.inspect's. */
const CODES: Readonly<Record<Style, string>> = {
  plain: "",
  keyword: "36",
  constant: "33",
  number: "33",
  string: "32",
  regexp: "31",
  comment: "90",
  safe: "1;32",
  danger: "1;31",
  faint: "90",
  selected: "7",
  error: "31",
};

/** Puts texts into styles; without colours only what is selected looks different. */
export class Palette {
  readonly hasColors: boolean;

  constructor(hasColors: boolean) {
    this.hasColors = hasColors;
  }

  paint(text: string, style: Style): string {
    const codes = this.hasColors || style === "selected" ? CODES[style] : "";
    return codes === "" || text === "" ? text : `\u001B[${codes}m${text}${RESET}`;
  }
}
