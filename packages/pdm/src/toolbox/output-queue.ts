import { AsyncResource } from "node:async_hooks";
import { REPL_LIMITS } from "../limits.js";

/** What keeping one write costs besides its text. Stops a million empty lines. */
export const WRITE_CHARACTERS = 32;

/** Milliseconds between two deliveries: a service that writes much is not slowed by each line, and what a delivery causes to be written cannot loop tightly. */
const DELIVERY_MS = 10;

/** Text of one stream, and what was lost right before it. */
interface Piece {
  readonly stream: string;
  readonly text: string;
  readonly lost: number;
}

/** Text that waits to be delivered, in order. */
export class OutputQueue {
  readonly #deliver: (stream: string, text: string, lost: number) => void;
  readonly #maxCharacters: number;
  #pieces: Piece[] = [];
  /** Of the first that is kept. */
  #first = 0;
  #cost = 0;
  /** By stream: lost before the first piece that is kept. */
  readonly #dropped = new Map<string, number>();
  /** By stream: lost since the last piece. */
  readonly #missed = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #isWaiting = true;
  #isClosed = false;

  /** @param deliver must not throw */
  constructor(
    deliver: (stream: string, text: string, lost: number) => void,
    maxCharacters: number = REPL_LIMITS.queuedCharacters,
  ) {
    this.#deliver = deliver;
    this.#maxCharacters = maxCharacters;
    // In the asynchronous context of who follows, and not in that of who writes.
    const flush = AsyncResource.bind(() => {
      this.#flush();
    });
    this.#timer = setTimeout(flush, DELIVERY_MS).unref();
  }

  add(stream: string, text: string): void {
    if (this.#isClosed) return;
    this.#pieces.push({ stream, text, lost: this.#missed.get(stream) ?? 0 });
    this.#missed.delete(stream);
    this.#cost += text.length + WRITE_CHARACTERS;
    while (this.#cost > this.#maxCharacters) this.#dropOldest();
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#timer.refresh();
  }

  /** Counts what was written and is not kept. It is told before the next text of that stream. */
  lose(stream: string, characters: number): void {
    if (!this.#isClosed) count(this.#missed, stream, characters);
  }

  /** Nothing is delivered any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#pieces = [];
  }

  /** The oldest piece, or where it is the only one, its beginning. */
  #dropOldest(): void {
    const piece = this.#pieces[this.#first];
    if (piece === undefined) return;
    const { stream, text, lost } = piece;
    const isOnly = this.#first === this.#pieces.length - 1;
    const rest = isOnly ? cutHead(text, this.#cost - this.#maxCharacters) : "";
    const dropped = text.length - rest.length;
    this.#cost -= dropped;
    count(this.#dropped, stream, lost + dropped);
    if (rest !== "") {
      this.#pieces[this.#first] = { stream, text: rest, lost: 0 };
      return;
    }
    this.#cost -= WRITE_CHARACTERS;
    this.#first += 1;
    if (this.#first < 1_000) return;
    this.#pieces.splice(0, this.#first);
    this.#first = 0;
  }

  #flush(): void {
    this.#isWaiting = false;
    for (const { stream, text, lost } of this.#takeAll()) {
      if (this.#isClosed) return;
      this.#deliver(stream, text, lost);
    }
  }

  /** What one stream wrote in a row is one piece. */
  #takeAll(): Piece[] {
    const taken: { stream: string; lost: number; texts: string[] }[] = [];
    for (const { stream, text, lost } of this.#pieces.slice(this.#first)) {
      const before = lost + (this.#dropped.get(stream) ?? 0);
      this.#dropped.delete(stream);
      const last = taken.at(-1);
      if (last?.stream === stream && before === 0) last.texts.push(text);
      else taken.push({ stream, lost: before, texts: [text] });
    }
    // Of streams of which nothing is left.
    for (const [stream, lost] of this.#dropped) count(this.#missed, stream, lost);
    this.#dropped.clear();
    this.#pieces = [];
    this.#first = 0;
    this.#cost = 0;
    return taken.map(({ stream, lost, texts }) => ({ stream, lost, text: texts.join("") }));
  }
}

function count(counts: Map<string, number>, stream: string, characters: number): void {
  counts.set(stream, (counts.get(stream) ?? 0) + characters);
}

/** Without the first characters, and without half of one. */
function cutHead(text: string, characters: number): string {
  const code = text.charCodeAt(characters);
  return text.slice(code >= 0xdc_00 && code <= 0xdf_ff ? characters + 1 : characters);
}
