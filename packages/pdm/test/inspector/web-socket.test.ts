import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { test } from "node:test";
import { WebSocket } from "../../src/inspector/web-socket.js";
import { INSPECTOR_LIMITS } from "../../src/limits.js";

/** A frame as a server sends it: RFC 6455, 5.2. */
function encodeFrame(first: number, payload: Buffer | string, lengthBytes?: 0 | 2 | 8): Buffer {
  const bytes = Buffer.from(payload);
  const kind = lengthBytes ?? (bytes.length > 0xffff ? 8 : bytes.length > 125 ? 2 : 0);
  const head = Buffer.alloc(2 + kind);
  head[0] = first;
  head[1] = kind === 8 ? 127 : kind === 2 ? 126 : bytes.length;
  if (kind === 2) head.writeUInt16BE(bytes.length, 2);
  if (kind === 8) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, bytes]);
}

/** Reads frames of a client, which are masked. */
class ClientFrames {
  readonly #stream: Duplex;
  #input: Buffer = Buffer.alloc(0);

  constructor(stream: Duplex, head: Buffer) {
    this.#stream = stream;
    this.#input = head;
  }

  async next(): Promise<{ readonly first: number; readonly text: string }> {
    const [first = 0, second = 0] = await this.#take(2);
    assert.equal(second & 0x80, 0x80, "a client's frame is masked");
    const short = second & 0x7f;
    const length =
      short === 127
        ? Number((await this.#take(8)).readBigUInt64BE())
        : short === 126
          ? (await this.#take(2)).readUInt16BE()
          : short;
    const mask = await this.#take(4);
    const payload = (await this.#take(length)).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
    return { first, text: Buffer.from(payload).toString("utf8") };
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#input.length < length) {
      const [chunk] = (await once(this.#stream, "data")) as [Buffer];
      this.#input = Buffer.concat([this.#input, chunk]);
    }
    const taken = this.#input.subarray(0, length);
    this.#input = this.#input.subarray(length);
    return taken;
  }
}

/** A client and the server's side of its connection. */
class Pair implements AsyncDisposable {
  readonly client: WebSocket;
  /** What the client has of the connection. */
  readonly socket: Socket;
  readonly stream: Duplex;
  readonly frames: ClientFrames;
  readonly texts: string[];
  readonly reasons: string[];
  readonly #close: () => Promise<void>;

  private constructor(
    parts: Pick<Pair, "client" | "socket" | "stream" | "texts" | "reasons">,
    head: Buffer,
    close: () => Promise<void>,
  ) {
    this.client = parts.client;
    this.socket = parts.socket;
    this.stream = parts.stream;
    this.texts = parts.texts;
    this.reasons = parts.reasons;
    this.frames = new ClientFrames(parts.stream, head);
    this.#close = close;
  }

  static async open(): Promise<Pair> {
    // As the inspector's: it does not end its side because the client has.
    const server = createServer({}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const [texts, reasons]: [string[], string[]] = [[], []];
    const upgraded = once(server, "upgrade") as Promise<[{ headers: Record<string, string> }, Duplex, Buffer]>;
    const answered = upgraded.then(([{ headers }, stream, head]) => {
      const key = `${headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash("sha1").update(key).digest("base64");
      const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
      stream.write([...lines, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
      stream.on("error", () => undefined);
      return { stream, head };
    });
    const socket = connect(port, "127.0.0.1");
    const client = await WebSocket.open(
      () => socket,
      "/id",
      5_000,
      (text) => texts.push(text),
      (reason) => reasons.push(reason),
    );
    const { stream, head } = await answered;
    return new Pair({ client, socket, stream, texts, reasons }, head, async () => {
      stream.destroy();
      server.close();
      await once(server, "close");
    });
  }

  /** Until the client has handled all that was written: it answers a ping in its turn. */
  async settle(): Promise<void> {
    this.stream.write(encodeFrame(0x89, "settle"));
    while ((await this.frames.next()).text !== "settle");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

test("texts of every length arrive whole both ways, in order", async () => {
  await using pair = await Pair.open();
  const lengths = [0, 1, 125, 126, 65_535, 65_536, 300_000];
  for (const length of lengths) {
    const text = "ä".repeat(length / 2) + "x".repeat(length % 2);
    pair.client.send(text);
    assert.deepEqual(await pair.frames.next(), { first: 0x81, text });
    pair.stream.write(encodeFrame(0x81, text));
  }
  await pair.settle();
  assert.deepEqual(
    pair.texts.map((text) => Buffer.byteLength(text)),
    lengths,
  );
});

test("a text comes in pieces, a ping between them is answered, and a length may be written longer than it need be", async () => {
  await using pair = await Pair.open();
  pair.stream.write(encodeFrame(0x01, "one "));
  pair.stream.write(encodeFrame(0x89, "there?"));
  assert.deepEqual(await pair.frames.next(), { first: 0x8a, text: "there?" });
  const rest = Buffer.concat([encodeFrame(0x00, "two ", 2), encodeFrame(0x80, "three", 8)]);
  for (const byte of rest) pair.stream.write(Buffer.of(byte));
  await pair.settle();
  assert.deepEqual(pair.texts, ["one two three"]);
});

test("a client that closes says so, and leaves the connection to the server, whose answer it waits for", async () => {
  await using pair = await Pair.open();
  pair.client.close();
  assert.deepEqual(pair.reasons, ["closed"]);
  assert.equal((await pair.frames.next()).first, 0x88);
  // Node's own server writes its answer now; an end would come into that.
  assert.equal(pair.socket.writableEnded || pair.socket.destroyed, false);
  pair.stream.end(encodeFrame(0x88, ""));
  await pair.client.closed;
  assert.deepEqual(pair.reasons, ["closed"]);
});

test("a server that closes gets the answer, and then ends the connection", async () => {
  await using pair = await Pair.open();
  pair.stream.write(encodeFrame(0x88, ""));
  assert.equal((await pair.frames.next()).first, 0x88);
  pair.stream.end();
  await pair.client.closed;
  assert.equal(pair.reasons.length, 1);
});

test("a server that never closes is left in the end", async () => {
  await using pair = await Pair.open();
  pair.client.close();
  await pair.client.closed;
});

for (const [what, bytes] of [
  ["a masked frame", Buffer.of(0x81, 0x81, 0, 0, 0, 0, 0x78)],
  ["a length over the limit", encodeFrame(0x81, "").fill(127, 1, 2)],
] as const) {
  test(`${what} ends the session, and nothing of it is kept`, async () => {
    await using pair = await Pair.open();
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(INSPECTOR_LIMITS.messageBytes + 1));
    pair.stream.write(Buffer.concat([bytes, length]));
    await pair.client.closed;
    assert.match(pair.reasons.join(), /no message of an inspector's, or has more than/);
    assert.deepEqual(pair.texts, []);
  });
}

test("pieces without end that hold nothing end the session, too", async () => {
  await using pair = await Pair.open();
  const pieces = Array.from({ length: INSPECTOR_LIMITS.messagePieces + 1 }, () => encodeFrame(0x00, ""));
  pair.stream.write(Buffer.concat([encodeFrame(0x01, ""), ...pieces]));
  await pair.client.closed;
  assert.match(pair.reasons.join(), /no message of an inspector's, or has more than .* pieces/);
});

test("who answers with no WebSocket, and who answers nothing, is no inspector", async () => {
  const server = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const open = (host: () => Socket): Promise<WebSocket> =>
    WebSocket.open(
      host,
      "/",
      200,
      () => undefined,
      () => undefined,
    );
  await assert.rejects(
    open(() => connect(port, "127.0.0.1")),
    { code: "ERR_PDM_INSPECTOR_UNREACHABLE", message: /the answer was 200/ },
  );
  server.removeAllListeners("request");
  await assert.rejects(
    open(() => connect(port, "127.0.0.1")),
    { code: "ERR_PDM_INSPECTOR_UNREACHABLE", message: /no answer within 200 ms/ },
  );
  server.closeAllConnections();
  server.close();
});
