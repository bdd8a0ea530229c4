import { emitKeypressEvents, type Key as NodeKey } from "node:readline";
import type { ReadStream } from "node:tty";
import { readKey, type Key } from "./keys.js";

/** Milliseconds after which an escape that nothing follows is the key of that name. Slow lines split sequences. */
const ESCAPE_TIMEOUT_MS = 100;

/** Characters of one paste; more of it is lost. */
const MAX_PASTE_CHARACTERS = 16_777_216;

const PASTE_ON = "\u001B[?2004h";
const PASTE_OFF = "\u001B[?2004l";

/** Keys of a terminal in raw mode, one by one; a bracketed paste comes as one. */
export class KeyReader {
  readonly #input: ReadStream;
  readonly #write: (text: string) => void;
  readonly #onKey: (key: Key) => void;
  readonly #onEnd: () => void;
  readonly #listen = (text: string | undefined, key: NodeKey): void => this.#receive(text, key);
  readonly #finish = (): void => this.#onEnd();
  #paste: string[] | undefined;
  #pasteCharacters = 0;
  #afterReturn = false;
  #isOpen = false;

  /** @param write writes to the same terminal */
  constructor(input: ReadStream, write: (text: string) => void, onKey: (key: Key) => void, onEnd: () => void) {
    this.#input = input;
    this.#write = write;
    this.#onKey = onKey;
    this.#onEnd = onEnd;
    // Its types want all of an interface for the one member that is read.
    emitKeypressEvents(input, { escapeCodeTimeout: ESCAPE_TIMEOUT_MS } as unknown as Parameters<
      typeof emitKeypressEvents
    >[1]);
  }

  /** Takes the terminal: raw mode, and marks around what is pasted. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#input.on("keypress", this.#listen);
    this.#input.on("end", this.#finish);
    this.#input.on("error", this.#finish);
    this.#input.setRawMode(true);
    this.#input.resume();
    this.#write(PASTE_ON);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#input.off("keypress", this.#listen);
    this.#input.off("end", this.#finish);
    this.#input.off("error", this.#finish);
    this.#write(PASTE_OFF);
    if (!this.#input.destroyed) this.#input.setRawMode(false);
    this.#input.pause();
  }

  #receive(text: string | undefined, key: NodeKey): void {
    if (key.name === "paste-start") {
      this.#paste = [];
      this.#pasteCharacters = 0;
    } else if (key.name === "paste-end") {
      const paste = this.#paste?.join("") ?? "";
      this.#paste = undefined;
      if (paste !== "") this.#onKey({ kind: "paste", text: paste.replaceAll(/\r\n?/g, "\n") });
    } else if (this.#paste !== undefined) {
      const piece = key.sequence ?? text ?? "";
      this.#pasteCharacters += piece.length;
      if (this.#pasteCharacters <= MAX_PASTE_CHARACTERS) this.#paste.push(piece);
    } else {
      this.#pass(text, key);
    }
  }

  #pass(text: string | undefined, key: NodeKey): void {
    // A line feed behind a carriage return belongs to it.
    const isRest = this.#afterReturn && key.sequence === "\n";
    this.#afterReturn = key.sequence === "\r";
    const read = isRest ? undefined : readKey(text, key);
    if (read !== undefined) this.#onKey(read);
  }
}
