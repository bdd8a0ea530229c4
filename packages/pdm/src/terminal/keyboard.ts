import { Readable } from "node:stream";
import type { ReadStream } from "node:tty";

/** Ctrl-C and Ctrl-Z. */
const SIGNAL_KEYS: ReadonlySet<number> = new Set([0x03, 0x1a]);

/** More blank lines and comments between two parts of one statement than anybody pastes. */
const MAX_PEEKED_BYTES = 8_192;

/** Tab and the ends of lines. */
const TEXT_BYTES: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d]);

/** Bytes typed or pasted ahead that are kept; what comes after them is lost, as in a terminal's own driver. */
const MAX_HELD_BYTES = 1_048_576;

/**
 * A terminal's keys for a line editor, held back while it is not asking for a line.
 *
 * So what is typed or pasted ahead shows up at the prompt it is meant for, not in the middle of a command's output. Ctrl-C and Ctrl-Z
 * alone pass at once, and drop what was held, as a terminal's own driver does.
 */
export class Keyboard extends Readable {
  readonly #terminal: ReadStream;
  readonly #isAsking: () => boolean;
  readonly #take = (chunk: Buffer): void => this.#receive(chunk);
  readonly #end = (): void => {
    this.push(null);
  };
  #held: Buffer = Buffer.alloc(0);

  /** `isAsking` tells, after each key, whether the editor still waits for the rest of its line. */
  constructor(terminal: ReadStream, isAsking: () => boolean) {
    super();
    this.#terminal = terminal;
    this.#isAsking = isAsking;
    terminal.on("data", this.#take);
    terminal.on("end", this.#end);
    terminal.on("error", this.#end);
  }

  /** Called by the line editor. */
  setRawMode(raw: boolean): void {
    this.#terminal.setRawMode(raw);
  }

  /** Hands on what is held, up to the end of the line that the editor asks for. */
  release(): void {
    while (this.#held.length > 0 && this.#isAsking() && this.readableLength === 0) {
      // Byte by byte: of several characters that come at once, readline puts all but the last at the end of the line,
      // wherever the cursor stands.
      const byte = this.#held.subarray(0, 1);
      this.#held = this.#held.subarray(1);
      this.push(byte);
    }
  }

  /** The next whole lines that are held, up to the first key that does more than type a character. */
  peekLines(): string {
    const next = this.#held.subarray(0, MAX_PEEKED_BYTES);
    const keyAt = next.findIndex((byte) => (byte < 0x20 && !TEXT_BYTES.has(byte)) || byte === 0x7f);
    const text = next.toString("utf8", 0, keyAt < 0 ? next.length : keyAt).replaceAll(/\r\n?/g, "\n");
    return text.slice(0, text.lastIndexOf("\n") + 1);
  }

  /** A byte that could not be handed on at once, because the editor was paused, has been read now. */
  override _read(): void {
    this.release();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#terminal.off("data", this.#take);
    this.#terminal.off("end", this.#end);
    this.#terminal.off("error", this.#end);
    this.#terminal.pause();
    callback(error);
  }

  #receive(chunk: Buffer): void {
    if (!this.#isAsking()) {
      const signalAt = chunk.findLastIndex((byte) => SIGNAL_KEYS.has(byte));
      if (signalAt >= 0) {
        this.#held = chunk.subarray(signalAt + 1);
        this.push(chunk.subarray(signalAt, signalAt + 1));
        return;
      }
    }
    const room = MAX_HELD_BYTES - this.#held.length;
    this.#held = Buffer.concat([this.#held, chunk.subarray(0, room)]);
    this.release();
  }
}
