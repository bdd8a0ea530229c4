import { showColoredText, showPlainText } from "../terminal/control-characters.js";
import { Palette } from "../terminal/editor/style.js";

/** Where a program of this folder writes. What it shows may come from another process, so on a terminal no control character of it acts. */
export class Output {
  readonly palette: Palette;

  /** @param noColor what the command line says */
  constructor(noColor: boolean) {
    this.palette = new Palette(!noColor && process.stdout.isTTY && process.stdout.hasColors());
  }

  print(lines: readonly string[]): void {
    const show = this.palette.hasColors ? showColoredText : process.stdout.isTTY ? showPlainText : String;
    for (const line of lines) process.stdout.write(`${show(line)}\n`);
  }

  printJson(value: object): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** To standard error, so that the output stays what was asked for. */
  note(text: string): void {
    process.stderr.write(`${process.stderr.isTTY ? showPlainText(text) : text}\n`);
  }
}
