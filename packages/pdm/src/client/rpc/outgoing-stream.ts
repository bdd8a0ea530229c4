import type { ClientConnection } from "../connection.js";
import { showText } from "../quoted-text.js";

/** Bytes of one piece of binary data; a longer one is split. */
const PIECE_BYTES = 49_152;

/** Characters of the reason why a source failed that are sent. */
const MAX_REASON_CHARACTERS = 500;

/** How an {@link OutgoingStream} is sent. */
export interface OutgoingStreamOptions {
  readonly number: number;
  readonly source: AsyncIterable<unknown>;
  readonly connection: ClientConnection;
  /** The form of a piece as JSON text. @throws any error for a value that has none */
  readonly encode: (piece: unknown) => string;
  /** Called once, when nothing more is sent. */
  readonly onEnd: () => void;
}

/**
 * An argument that is sent piece by piece. Nothing is asked of the source before the server has granted bytes, nor while
 * the server does not read; the last line may go over what was granted, and is made good first.
 */
export class OutgoingStream {
  readonly number: number;
  readonly #options: OutgoingStreamOptions;
  #iterator: AsyncIterator<unknown> | undefined;
  #creditBytes = 0;
  #rest: Uint8Array | undefined;
  #running = false;
  #open = true;

  constructor(options: OutgoingStreamOptions) {
    this.number = options.number;
    this.#options = options;
  }

  /** The server takes so many bytes more. */
  grant(bytes: number): void {
    this.#creditBytes = Math.min(this.#creditBytes + bytes, Number.MAX_SAFE_INTEGER);
    if (this.#running || !this.#open) return;
    this.#running = true;
    void this.#run();
  }

  /** Nobody takes it any more: the source is told, as a loop that is left early tells it. */
  cancel(): void {
    if (!this.#open) return;
    this.#end();
    void this.#returnSource();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { connection } = this.#options;
    try {
      while (this.#open && this.#creditBytes > 0) {
        if (connection.isCongested) await connection.waitForRoom();
        else await this.#sendNext();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#running = false;
  }

  async #sendNext(): Promise<void> {
    if (this.#rest !== undefined) {
      this.#sendBytes(this.#rest);
      return;
    }
    this.#iterator ??= this.#options.source[Symbol.asyncIterator]();
    const { done, value } = await this.#iterator.next();
    if (!this.#open) return;
    if (done === true) {
      this.#send("stream.end", "");
      this.#end();
    } else if (value instanceof Uint8Array) {
      this.#sendBytes(value);
    } else {
      this.#sendPiece(value);
    }
  }

  #sendBytes(bytes: Uint8Array): void {
    this.#rest = bytes.length > PIECE_BYTES ? bytes.subarray(PIECE_BYTES) : undefined;
    this.#sendPiece(bytes.subarray(0, PIECE_BYTES));
  }

  #sendPiece(piece: unknown): void {
    this.#creditBytes -= this.#send("stream.data", `,"data":${this.#options.encode(piece)}`);
  }

  /** Bytes of the line. */
  #send(method: string, members: string): number {
    const line = Buffer.from(`{"jsonrpc":"2.0","method":"${method}","params":{"stream":${this.number}${members}}}\n`);
    this.#options.connection.send(line);
    return line.length;
  }

  #fail(error: unknown): void {
    if (!this.#open) return;
    const reason = showText(error instanceof Error ? error.message : String(error), MAX_REASON_CHARACTERS);
    this.#send("stream.error", `,"error":{"message":${JSON.stringify(reason)}}`);
    this.cancel();
  }

  #end(): void {
    this.#open = false;
    this.#rest = undefined;
    this.#options.onEnd();
  }

  /** A source whose end fails has nobody to tell: the request is over, or goes on without it. */
  async #returnSource(): Promise<void> {
    try {
      if (this.#iterator === undefined) await letGoUnread(this.#options.source);
      else await this.#iterator.return?.();
    } catch {
      // Nobody waits for it.
    }
  }
}

/** A stream of Node's or of the web that nobody has begun to read holds its file or its socket all the same. */
async function letGoUnread(source: object): Promise<void> {
  const { destroy, cancel } = source as { destroy?: unknown; cancel?: unknown };
  if (typeof destroy === "function") Reflect.apply(destroy, source, []);
  else if (typeof cancel === "function") await Reflect.apply(cancel, source, []);
}
