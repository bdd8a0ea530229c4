/** Text is encoded and handed on in pieces of about this many characters. */
const PIECE_CHARACTERS = 16_384;

/**
 * What commands print, in the form of the wire: a space before each line.
 *
 * What is printed while no command runs (by a timer that a command set) goes out at once and counts as output of the
 * next command, as the protocol has no other place for it.
 */
export class ReplOutput {
  readonly #send: (bytes: Buffer) => void;
  readonly #maxBytes: number;
  #pieces = "";
  #atLineStart = true;
  #printedBytes = 0;
  #cut = false;
  #closed = false;
  #flushScheduled = false;

  /** @param maxBytes what one command may print; the rest is cut, and a line says so */
  constructor(send: (bytes: Buffer) => void, maxBytes: number) {
    this.#send = send;
    this.#maxBytes = maxBytes;
  }

  /** Prints `text`, which may hold line feeds or none. */
  write(text: string): void {
    if (this.#closed || this.#cut || text === "") return;
    const room = this.#maxBytes - this.#printedBytes;
    // Counted in characters first: encoding a huge text only to throw it away costs more than being a little strict.
    const kept = text.length > room ? text.slice(0, room) : text;
    this.#printedBytes += Buffer.byteLength(kept);
    this.#append(kept);
    if (kept.length < text.length || this.#printedBytes > this.#maxBytes) {
      this.#cut = true;
      this.#endLine();
      this.#append(`… the rest is cut: a command may print ${this.#maxBytes} bytes (blockOutputBytes)\n`);
    }
    if (this.#pieces.length > PIECE_CHARACTERS) this.#flush();
    else this.#flushSoon();
  }

  /** Ends a command's output with the status line `status`. */
  endCommand(status: string): void {
    this.#endLine();
    this.#pieces += `${status}\n`;
    this.#printedBytes = 0;
    this.#cut = false;
    this.#flush();
  }

  /** Nobody reads any more: what is printed from now on is dropped. */
  close(): void {
    this.#closed = true;
    this.#pieces = "";
  }

  #append(text: string): void {
    const lines = text.split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#pieces += this.#atLineStart ? ` ${line}\n` : `${line}\n`;
      this.#atLineStart = true;
    }
    if (last === "") return;
    this.#pieces += this.#atLineStart ? ` ${last}` : last;
    this.#atLineStart = false;
  }

  #endLine(): void {
    if (!this.#atLineStart) this.#append("\n");
  }

  #flushSoon(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    process.nextTick(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed || this.#pieces === "") return;
    const bytes = Buffer.from(this.#pieces);
    this.#pieces = "";
    this.#send(bytes);
  }
}
