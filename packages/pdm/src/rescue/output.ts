import { showColoredText, showPlainText } from "../terminal/control-characters.js";
import { Palette } from "../terminal/editor/style.js";

/** As of a program that SIGPIPE has ended. */
const OUTPUT_CLOSED = 141;

/** Where a program of this folder writes. What it shows may come from another process, so on a terminal no control character of it acts. */
export class Output {
  readonly palette: Palette;

  /**
   * Where nobody reads the output any more (`| head`), or it cannot be written, what was begun in another process comes to its end all the same, and
   * the exit status tells.
   *
   * @param noColor what the command line says
   */
  constructor(noColor: boolean) {
    process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
      if (code !== "EPIPE") this.note(`the output cannot be written: ${message}`);
      process.exitCode = code === "EPIPE" ? OUTPUT_CLOSED : 1;
    });
    process.stderr.on("error", () => undefined);
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
