import { randomBytes } from "node:crypto";
import { get, request } from "node:http";
import type { ClientRequest, RequestOptions } from "node:http";
import type { Duplex } from "node:stream";
import { INSPECTOR_LIMITS } from "../limits.js";
import { InspectorError } from "./inspector-error.js";

/** Opens a connection to the port on which the inspector listens. */
export type Connect = () => Duplex;

const TEXT = 1;
const CONTINUATION = 0;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/**
 * The client's side of a WebSocket of texts, as V8's inspector speaks it: RFC 6455, without extensions. Node.js has one of its own
 * from version 22 on.
 */
export class WebSocket {
  readonly #stream: Duplex;
  readonly #onText: (text: string) => void;
  readonly #onEnd: (reason: string) => void;
  /** What has come and is no whole frame yet. */
  #chunks: Buffer[] = [];
  #inputBytes = 0;
  /** How much of it there must be before it is looked at again, so that a long frame is put together once. */
  #wantedBytes = 2;
  /** Of a message that comes in pieces. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #isEnded = false;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;

  private constructor(stream: Duplex, onText: (text: string) => void, onEnd: (reason: string) => void) {
    this.#stream = stream;
    this.#onText = onText;
    this.#onEnd = onEnd;
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    stream.on("error", (error: Error) => this.#end(error.message));
    // Whoever ends its side gets ours.
    stream.on("end", () => stream.end());
    this.closed = new Promise((resolve) => {
      stream.on("close", () => {
        this.#end("the process has closed the connection to its inspector, or has ended");
        resolve();
      });
    });
  }

  /**
   * @param onEnd called once, when nothing more comes, also after {@link close}
   * @throws InspectorError (rejects) `ERR_PDM_INSPECTOR_UNREACHABLE` where nothing there speaks the protocol within `timeoutMs`
   */
  static open(
    connect: Connect,
    path: string,
    timeoutMs: number,
    onText: (text: string) => void,
    onEnd: (reason: string) => void,
  ): Promise<WebSocket> {
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
      "Sec-WebSocket-Version": "13",
    };
    return new Promise((resolve, reject) => {
      const asked = request(ask(connect, path, { headers }));
      failAfter(asked, timeoutMs, reject);
      asked.on("upgrade", (_response, stream, head) => {
        const socket = new WebSocket(stream, onText, onEnd);
        socket.#receive(head);
        resolve(socket);
      });
      asked.on("response", ({ statusCode }) => {
        asked.destroy(new Error(`the answer was ${statusCode ?? "nothing"}, and no WebSocket`));
      });
      asked.end();
    });
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  /**
   * Says that it ends; what comes afterwards is not told. The other side closes the connection, when it has answered: an end that comes into its answer has Node.js
   * write to memory that it has freed (seen on 20), and crash. Whoever does not close does not keep ours for long.
   */
  close(): void {
    if (this.#isEnded) return;
    this.#write(CLOSE, Buffer.alloc(0));
    this.#end("closed");
    const timer = setTimeout(() => this.#stream.destroy(), INSPECTOR_LIMITS.connectMs);
    this.#stream.on("close", () => clearTimeout(timer));
  }

  #receive(chunk: Buffer): void {
    if (this.#isEnded) return;
    this.#chunks.push(chunk);
    this.#inputBytes += chunk.length;
    if (this.#inputBytes < this.#wantedBytes) return;
    let rest: Buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (;;) {
      const frameBytes = this.#takeFrame(rest);
      if (frameBytes === 0 || this.#isEnded) break;
      rest = rest.subarray(frameBytes);
    }
    this.#chunks = [rest];
    this.#inputBytes = rest.length;
  }

  /** @returns its bytes; 0 where there is no whole one, and then it is known how many are wanted */
  #takeFrame(input: Buffer): number {
    const [first = 0, second = 0] = input;
    const short = second & 0x7f;
    const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
    this.#wantedBytes = input.length < 2 ? 2 : headBytes;
    if (input.length < this.#wantedBytes) return 0;
    const length = short === 126 ? input.readUInt16BE(2) : short === 127 ? Number(input.readBigUInt64BE(2)) : short;
    const { messageBytes, messagePieces } = INSPECTOR_LIMITS;
    if ((second & 0x80) !== 0 || this.#pieceBytes + length > messageBytes || this.#pieces.length >= messagePieces) {
      this.#stream.destroy();
      this.#end(
        `what came is no message of an inspector's, or has more than ${messageBytes} bytes or ${messagePieces} pieces`,
      );
      return 0;
    }
    this.#wantedBytes = headBytes + length;
    if (input.length < this.#wantedBytes) return 0;
    this.#takePayload(first & 0x0f, (first & 0x80) !== 0, input.subarray(headBytes, headBytes + length));
    return headBytes + length;
  }

  #takePayload(opcode: number, isLast: boolean, payload: Buffer): void {
    if (opcode === PING) this.#write(PONG, payload);
    else if (opcode === CLOSE) this.close();
    else if (opcode === TEXT || opcode === CONTINUATION) {
      this.#pieces.push(payload);
      this.#pieceBytes += payload.length;
      if (!isLast) return;
      const text = Buffer.concat(this.#pieces).toString("utf8");
      this.#pieces = [];
      this.#pieceBytes = 0;
      this.#onText(text);
    }
  }

  /** A client's frames are masked; with zeros the text stays as it is. */
  #write(opcode: number, payload: Buffer): void {
    if (this.#isEnded) return;
    const { length } = payload;
    const long = length > 0xffff ? 8 : length > 125 ? 2 : 0;
    const head = Buffer.alloc(2 + long + 4);
    head[0] = 0x80 | opcode;
    head[1] = 0x80 | (long === 8 ? 127 : long === 2 ? 126 : length);
    if (long === 8) head.writeBigUInt64BE(BigInt(length), 2);
    else if (long === 2) head.writeUInt16BE(length, 2);
    this.#stream.write(Buffer.concat([head, payload]));
  }

  #end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd(reason);
  }
}

/** What the inspector's server says of itself there, as JSON. @throws InspectorError (rejects) as {@link WebSocket.open} does */
export function readInspectorJson(connect: Connect, path: string, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = get(ask(connect, path, {}), (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > INSPECTOR_LIMITS.listBytes) asked.destroy(new Error("its answer does not end"));
        else chunks.push(chunk);
      });
      response.on("end", () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")));
        } catch (error) {
          reject(unreachable(error as Error));
        }
      });
    });
    failAfter(asked, timeoutMs, reject);
  });
}

function ask(connect: Connect, path: string, options: RequestOptions): RequestOptions {
  // The inspector refuses names of hosts other than these: https://nodejs.org/api/cli.html#inspecthostport
  return { host: "127.0.0.1", path, ...options, createConnection: connect };
}

function failAfter(asked: ClientRequest, timeoutMs: number, reject: (error: Error) => void): void {
  const timer = setTimeout(() => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  asked.on("close", () => clearTimeout(timer));
  asked.on("error", (error) => reject(unreachable(error)));
}

function unreachable(cause: Error): InspectorError {
  return new InspectorError("ERR_PDM_INSPECTOR_UNREACHABLE", `the inspector cannot be reached: ${cause.message}`, {
    cause,
  });
}
