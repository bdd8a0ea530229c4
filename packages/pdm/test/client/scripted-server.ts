import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { decodePickle } from "../../src/pickle/decode.js";
import { encodePickle } from "../../src/pickle/encode.js";
import { Tuple } from "../../src/pickle/values.js";
import { FRAME_HEADER_BYTES, sealFrame, takeFrame } from "../../src/wire/frame.js";
import { InputBuffer } from "../../src/wire/input-buffer.js";
import { createFolder } from "./folder.js";

/** The other end of one connection, which a test drives by hand. */
export class Peer {
  readonly socket: Socket;
  readonly #input = new InputBuffer();
  #ended = false;
  #changed: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      this.#input.append(Buffer.from(chunk));
      this.#changed();
    });
    socket.on("close", () => {
      this.#ended = true;
      this.#changed();
    });
  }

  /** The next line, without its line feed; undefined where the client closed first. */
  async line(): Promise<string | undefined> {
    return (await this.#await(() => this.#input.takeUntil("\n")))?.toString();
  }

  /** The next block of `repl`. */
  async block(): Promise<string | undefined> {
    return (await this.#await(() => this.#input.takeUntil("\n\n")))?.toString();
  }

  /** The next request of `perf`. */
  async request(): Promise<unknown[] | undefined> {
    const frame = await this.#await(() => takeFrame(this.#input, 1_000_000));
    return frame === undefined ? undefined : [...(decodePickle(frame).value as unknown[])];
  }

  /** Sends bytes as they are. */
  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Sends one message of `perf`. */
  message(...message: unknown[]): void {
    this.send(encodeMessage(...message));
  }

  /** Resolves when the client has closed. */
  async gone(): Promise<void> {
    await this.#await(() => undefined);
  }

  async #await<T>(take: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      const taken = take();
      if (taken !== undefined || this.#ended) return taken;
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }
}

/** One message of `perf` as it travels. */
export function encodeMessage(...message: unknown[]): Buffer {
  return sealFrame(encodePickle(Tuple.from(message), { headroom: FRAME_HEADER_BYTES }));
}

/** A server on a Unix socket whose connections a test plays by hand. */
export interface ScriptedServer extends AsyncDisposable {
  readonly spec: string;
  /** The next connection, unless the server greets by itself: then that with the hello done. */
  accept(): Promise<Peer>;
}

/** @param answer says hello as that sub-protocol before `accept` resolves; undefined leaves even the greeting to the test */
export async function startScriptedServer(answer?: "+PERF1" | "+REPL"): Promise<ScriptedServer> {
  const folder = createFolder();
  const spec = folder.path("scripted.sock");
  const sockets = new Set<Socket>();
  const waiting: Peer[] = [];
  let wake: (() => void) | undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    waiting.push(new Peer(socket));
    wake?.();
  });
  server.listen(spec);
  await once(server, "listening");
  return {
    spec,
    async accept() {
      if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const peer = waiting.shift();
      if (peer === undefined) throw new Error("no connection");
      if (answer === undefined) return peer;
      peer.send("+PDM1\n");
      await peer.line();
      peer.send(`${answer}\n`);
      return peer;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      folder.remove();
    },
  };
}
