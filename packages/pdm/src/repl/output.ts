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
    // No character takes more than three bytes, nor a line feed more than two with the space behind it.
    if (text.length * 3 <= room || measure(text) <= room) {
      this.#printedBytes += measure(text);
      this.#append(text);
    } else {
      this.#append(cutToBytes(text, room));
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

/** Bytes that the text takes, with a space for each of its lines. */
function measure(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return Buffer.byteLength(text) + lines;
}

/** As many whole characters from its start as fit. */
function cutToBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += character === "\n" ? 2 : Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
